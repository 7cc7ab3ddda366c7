"""Which MQTT broker the demo and the tests run, and how it is started on loopback.

Mosquitto where it is installed, else the embedded iotcore, which knows no access rules and is good
for trying things only. Refuses to know what is said over the broker.
"""

import logging
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

ADDRESS = "127.0.0.1"
LARGEST_MESSAGE = 64 * 1024  # bytes; iotcore would cut at 20 kB, before the gatekeeper can say no


def mosquitto() -> str | None:
    """The path of Debian's mosquitto, which an ordinary user's PATH does not show."""
    places = [os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin"]
    return shutil.which("mosquitto", path=os.pathsep.join(places))


def choose(environment: Mapping[str, str] = os.environ) -> str:
    """`mosquitto` or `iotcore`: the better one there is, unless BROKER names one."""
    return environment.get("BROKER") or ("mosquitto" if mosquitto() else "iotcore")


def command(kind: str, port: int, directory: Path) -> list[str]:
    """The command that runs a broker of this kind on loopback, keeping its state in `directory`."""
    if kind == "iotcore":
        return [sys.executable, "-m", "demo.broker", str(port)]
    program = mosquitto()
    if kind != "mosquitto" or program is None:
        raise LookupError(f"No {kind} broker here. On Debian: apt-get install mosquitto")
    configuration = directory / "mosquitto.conf"
    configuration.write_text(_mosquitto_conf(port, directory), encoding="utf-8")
    return [program, "-c", str(configuration)]


def _mosquitto_conf(port: int, directory: Path) -> str:
    lines = [
        f"listener {port} {ADDRESS}",
        "allow_anonymous true",
        "set_tcp_nodelay true",  # without it Nagle and delayed acks cost QoS 1 some 40 ms
        "persistence true",  # as in production: a restart must not energise anything either
        f"persistence_location {directory}/",
        f"max_packet_size {LARGEST_MESSAGE}",
        "max_queued_messages 10000",  # as in production; at 1,000 a gatekeeper behind loses taps
    ]
    if os.geteuid() == 0:
        lines.append("user root")  # else it drops to a user who cannot read this directory
    return "\n".join(lines) + "\n"


def serve_embedded(port: int) -> None:
    """Runs iotcore in this process until a signal ends it."""
    import iotcore  # here, because with mosquitto nobody needs it

    # rumqttd reports every packet as an error; only its end is worth a line.
    logging.getLogger("rumqttd").setLevel(logging.CRITICAL)
    iotcore.Broker(listen=ADDRESS, port=port, max_payload_size=LARGEST_MESSAGE).run_forever()


if __name__ == "__main__":
    serve_embedded(int(sys.argv[1]))
