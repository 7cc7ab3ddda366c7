"""ESPHome as it comes, with the YAML of templates/access/firmware/esphome-stock.yaml. PURE.

Source: ESPHome's MQTT, switch and PN532 pages. `topic_prefix: bk/1/NAME`. What switches on is a
message with seconds on `lease`, which a script of mode restart turns into a timer; `keep` starts
that anew where it is on. The switch has no command topic of its own, and whatever else turns it on
starts the same script: so nothing can switch it on without an end.
"""

from access.adapters.shape import (
    Abilities,
    Adapter,
    Command,
    Commands,
    Report,
    badge,
    line,
    milliamperes,
    nothing,
)

SWITCH = {b"ON": True, b"OFF": False}
ALIVE = {b"online": True, b"offline": False}


def read(topic: str, payload: bytes) -> Report | None:
    match topic.split("/"):
        case ["status"]:
            return Report(online=ALIVE[payload]) if payload in ALIVE else None
        case ["switch", "relay", "state"]:
            return Report(on=SWITCH[payload]) if payload in SWITCH else None
        case ["sensor", "current", "state"]:
            ma = _measured(payload)
            return None if ma is None else Report(ma=ma)
        case ["tag"]:
            found = badge(payload.decode("utf-8", "replace"))
            return Report(badge=found) if found else None
        case ["firmware"]:
            return Report(fw=line(payload.decode("utf-8", "replace")), model="ESPHome")
    return None


def _measured(payload: bytes) -> int | None:
    """ESPHome says “nan” while it does not know."""
    try:
        return milliamperes(float(payload))
    except ValueError:
        return None


def on(name: str, seconds: int) -> Commands:
    return (Command("lease", str(seconds).encode()),)


def again(name: str, seconds: int) -> Commands:
    return (Command("keep", str(seconds).encode()),)


def off(name: str) -> Commands:
    return (Command("lease", b"0"),)


def ask(name: str) -> Commands:
    return (Command("ask", b"state"),)


ESPHOME = Adapter(
    speaks="esphome",
    writes=("status", "switch/relay/state", "sensor/current/state", "tag", "firmware"),
    reads=("lease", "keep", "ask"),
    abilities=Abilities(lease=True, current=True, reader=True, tls=True),
    read=read,
    set_up=nothing,  # all of it stands in the YAML
    bind=nothing,
    on=on,
    again=again,
    off=off,
    ask=ask,
)
