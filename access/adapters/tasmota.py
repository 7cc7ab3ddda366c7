"""Tasmota: plugs and relay boards; ENERGY where they measure, RC522 or PN532 to read. PURE.

Sources: the Tasmota project's MQTT, Commands, MFRC522 and PN532 pages. `FullTopic
bk/1/%topic%/%prefix%/` and `Topic NAME` bring it below our root. PulseTime is the lease: from 112
on it counts seconds plus 100, and ON starts it anew.
"""

from typing import Any

from access.adapters.shape import (
    Abilities,
    Adapter,
    Command,
    Commands,
    Report,
    as_object,
    badge,
    inside,
    line,
    milliamperes,
)

SWITCH = {"ON": True, "OFF": False}
ALIVE = {"Online": True, "Offline": False}
READERS = ("RC522", "PN532")


def read(topic: str, payload: bytes) -> Report | None:
    text = payload.decode("utf-8", "replace").strip()
    match topic.split("/"):
        case ["tele", "LWT"]:
            return Report(online=ALIVE[text]) if text in ALIVE else None
        case ["stat", "POWER" | "POWER1"]:
            return Report(on=SWITCH[text]) if text in SWITCH else None
        case ["stat", "RESULT"] | ["tele", "STATE"]:
            return _switched(as_object(payload))
        case ["tele", "SENSOR"]:
            return _sensed(as_object(payload))
        case ["stat", "STATUS8" | "STATUS10"]:
            return _sensed(inside(as_object(payload), "StatusSNS"))
        case ["stat", "STATUS2"]:
            return _versed(inside(as_object(payload), "StatusFWR"))
    return None


def _switched(found: dict[str, Any]) -> Report | None:
    said = found.get("POWER", found.get("POWER1"))
    return Report(on=SWITCH[said]) if isinstance(said, str) and said in SWITCH else None


def _sensed(found: Any) -> Report | None:
    ma = milliamperes(inside(found, "ENERGY", "Current"))
    seen = [badge(inside(found, reader, "UID")) for reader in READERS]
    tapped = next((number for number in seen if number), None)
    return None if ma is None and tapped is None else Report(ma=ma, badge=tapped)


def _versed(found: Any) -> Report | None:
    version, hardware = line(inside(found, "Version")), line(inside(found, "Hardware"))
    return Report(fw=version, model=hardware or "Tasmota") if version else None


def set_up(name: str, seconds: int) -> Commands:
    """What makes it fail safe; each time it comes online, in case somebody reset it."""
    wanted = (
        "PowerOnState 0",  # off after power came back
        "SetOption0 0",  # nothing of the relay is kept in flash
        "PowerRetain 0",  # a retained ON would switch on by itself
        f"PulseTime1 {seconds + 100}",
        "TelePeriod 10",
        "PowerDelta 105",  # tell at once when 5 W more or less are drawn
    )
    return (Command("cmnd/Backlog", "; ".join(wanted).encode()),)


def on(name: str, seconds: int) -> Commands:
    """PulseTime was set before; ON starts it anew."""
    return (Command("cmnd/POWER1", b"ON"),)


def off(name: str) -> Commands:
    return (Command("cmnd/POWER1", b"OFF"),)


def ask(name: str) -> Commands:
    return (Command("cmnd/STATUS", b"2"), Command("cmnd/STATUS", b"8"), Command("cmnd/POWER1"))


TASMOTA = Adapter(
    speaks="tasmota",
    writes=("stat/#", "tele/#"),
    reads=("cmnd/#",),
    abilities=Abilities(lease=True, current=True, reader=True, tls=False),
    read=read,
    set_up=set_up,
    on=on,
    off=off,
    ask=ask,
)
