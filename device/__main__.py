"""python -m device NAME: a reference device with a simulated machine, until it is told to stop."""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from device import ed25519
from device.arguments import address, existing, key, loopback, name
from device.box import Box
from device.client import Address
from device.control import Control
from device.store import Shelf
from wire import offline
from wire.memory import Config

KEYED = offline.CAPS | {"mac"}
DEFAULT_CAPS = ",".join(Config(name="-").caps)


def main(argv: Sequence[str] | None = None) -> int:
    parser = _parser()
    options = parser.parse_args(argv)
    caps = tuple(options.caps.split(","))
    if options.key is None and not KEYED.isdisjoint(caps):
        parser.error(f"a device with one of {sorted(KEYED)} needs BENCHKEY_DEVICE_KEY")
    host, port = options.broker
    tls = options.tls or options.ca is not None
    where = Address(host, port, options.username, options.password, tls, options.ca)
    config = Config(
        options.name, caps, heartbeat=options.heartbeat, warn_s=options.warn, key=options.key
    )
    try:
        shelf = Shelf(options.store)
        verifier = ed25519.verifier(options.list_key) if options.list_key else None
    except (OSError, ValueError, ImportError) as error:
        parser.error(str(error))
    box = Box(config, where, options.machine_ma, shelf, verifier)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: box.stop())
    control = Control(*options.control) if options.control else None
    if control is not None:
        sys.stdout.write(f"{options.name}: control port {control.address[1]}\n")
        sys.stdout.flush()
    box.run(control)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m device", description=__doc__)
    parser.add_argument("name", type=name, help="a-z, 0-9 and -, as the server knows it")
    parser.add_argument("--broker", type=address, default=("127.0.0.1", 1883), metavar="HOST:PORT")
    parser.add_argument("--tls", action="store_true", help="encrypt, and check who the broker is")
    parser.add_argument(
        "--ca", type=existing, metavar="FILE", help="the only authority to believe; means --tls"
    )
    parser.add_argument(
        "--username",
        default=os.environ.get("BENCHKEY_DEVICE_USERNAME"),
        help="the device's name unless given; or BENCHKEY_DEVICE_USERNAME",
    )
    parser.add_argument(
        "--password",
        default=os.environ.get("BENCHKEY_DEVICE_PASSWORD"),
        help="better in BENCHKEY_DEVICE_PASSWORD, where no process list shows it",
    )
    parser.add_argument(
        "--key",
        type=key,
        default=os.environ.get("BENCHKEY_DEVICE_KEY"),
        help="64 hex digits for signatures; better in BENCHKEY_DEVICE_KEY",
    )
    parser.add_argument("--list-key", type=key, help="Ed25519 public key of lists, 64 hex digits")
    parser.add_argument("--store", type=Path, help="file that outlives the process")
    parser.add_argument("--control", type=loopback, metavar="127.0.0.1:PORT")
    parser.add_argument("--machine-ma", type=int, default=3400, help="what a running job draws")
    parser.add_argument("--caps", default=DEFAULT_CAPS, help=f"default: {DEFAULT_CAPS}")
    parser.add_argument("--heartbeat", type=int, default=10, help="seconds between states")
    parser.add_argument("--warn", type=int, default=300, help="seconds before the end to warn at")
    return parser


if __name__ == "__main__":
    sys.exit(main())
