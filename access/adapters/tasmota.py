"""Tasmota: plugs and relay boards; ENERGY where they measure, RC522 or PN532 to read. PURE.

Sources: the Tasmota project's MQTT, Commands, MFRC522 and PN532 pages, and its own
support_command.ino and support_tasmota.ino. `FullTopic bk/1/%topic%/%prefix%/` and `Topic NAME`
bring it below our root. PulseTime is the lease: from 112 on it counts seconds plus 100.

Who sets PulseTime starts the countdown, and switches nothing on: so that is how a lease is renewed.
Who asks for POWER with nothing behind it stops the countdown in older versions, so nobody does. A
Backlog waits behind one that somebody else began, maybe for minutes, so ON never travels in one.
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
PLUS = 100  # PulseTime's values from 112 on are seconds and this
BOUNDS = range(12 + PLUS, 60 + PLUS + 1)  # values of PulseTime that are a lease


def read(topic: str, payload: bytes) -> Report | None:
    text = payload.decode("utf-8", "replace").strip()
    match topic.split("/"):
        case ["tele", "LWT"]:
            return Report(online=ALIVE[text]) if text in ALIVE else None
        case ["stat", "POWER" | "POWER1"]:
            return Report(on=SWITCH[text]) if text in SWITCH else None
        case ["stat", "RESULT" | "PULSETIME1"] | ["tele", "STATE"]:
            return _told(as_object(payload))
        case ["stat", "STATUS11"]:
            return _told(inside(as_object(payload), "StatusSTS"))
        case ["tele", "SENSOR"]:
            return _sensed(as_object(payload))
        case ["stat", "STATUS8" | "STATUS10"]:
            return _sensed(inside(as_object(payload), "StatusSNS"))
        case ["stat", "STATUS2"]:
            return _versed(inside(as_object(payload), "StatusFWR"))
    return None


def _told(found: Any) -> Report | None:
    """Of its relay, or of its timer: each message tells of one."""
    said = inside(found, "POWER") or inside(found, "POWER1")
    if isinstance(said, str) and said in SWITCH:
        return Report(on=SWITCH[said])
    pulse = inside(found, "PulseTime1")
    return Report(bounded=_is_lease(pulse)) if isinstance(pulse, dict) else None


def _is_lease(pulse: dict[str, Any]) -> bool:
    """{"Set":130,"Remaining":128}: what each ON lasts, and what is left of this one."""
    length, left = pulse.get("Set"), pulse.get("Remaining")
    return type(length) is int and length in BOUNDS and type(left) is int and left > 0


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
        "TelePeriod 10",
        "PowerDelta 105",  # tell at once when 5 W more or less are drawn
    )
    return (Command("cmnd/Backlog", "; ".join(wanted).encode()), *bind(name, seconds))


def bind(name: str, seconds: int) -> Commands:
    """Answered with the timer that now runs; somebody may have cleared it at the console."""
    return (Command("cmnd/PulseTime1", str(seconds + PLUS).encode()),)


def on(name: str, seconds: int) -> Commands:
    """ON starts what PulseTime was just set to."""
    return (Command("cmnd/POWER1", b"ON"),)


def off(name: str) -> Commands:
    return (Command("cmnd/POWER1", b"OFF"),)


def ask(name: str) -> Commands:
    return tuple(Command("cmnd/STATUS", number) for number in (b"2", b"8", b"11"))


TASMOTA = Adapter(
    speaks="tasmota",
    writes=("stat/#", "tele/#"),
    reads=("cmnd/#",),
    abilities=Abilities(lease=True, current=True, reader=True, tls=False),
    read=read,
    set_up=set_up,
    bind=bind,
    on=on,
    again=bind,
    off=off,
    ask=ask,
)
