"""What an adapter is: one firmware's messages, read and written. PURE: no session, no rule.

Stock firmware is told to use our topics: everything of a device stands below bk/1/NAME/, so that
one pair of rights keeps it to itself. Topics here are what comes after that.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

ROOT = "bk/1/"
WIDEST = 3_600_000  # mA: no plug measures more, and what does is not believed
LINE = 64  # letters of a version or a model


@dataclass(frozen=True, slots=True)
class Report:
    """What one message tells; None and "": it says nothing about that."""

    online: bool | None = None
    on: bool | None = None
    ma: int | None = None
    badge: str | None = None  # upper hex without separators
    fw: str = ""
    model: str = ""
    bounded: bool | None = None  # whether a timer of its own will open the relay


@dataclass(frozen=True, slots=True)
class Command:
    """Something to be said to the firmware: never retained, and lost rather than late (QoS 0)."""

    topic: str
    payload: bytes = b""


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a firmware can do that a risk class may ask for.

    `lease`: it switches off by its own timer, whoever is gone. `current`: it measures. `reader`: a
    badge reader can be wired to it. `tls`: on usual hardware it can encrypt.
    """

    lease: bool
    current: bool
    reader: bool
    tls: bool


Commands = tuple[Command, ...]


@dataclass(frozen=True, slots=True)
class Adapter:
    """One firmware. `name` is the device's, `seconds` how long a switch-on may last at most.

    Where `bind` says something, `on` is not said before a report tells that it is bounded; where
    the firmware can do it, `again` starts the timer of what is on anew, and switches nothing on.
    """

    speaks: str
    writes: tuple[str, ...]  # topics the device says things on
    reads: tuple[str, ...]  # topics it listens to
    abilities: Abilities
    read: Callable[[str, bytes], Report | None]  # None: nothing that concerns us
    set_up: Callable[[str, int], Commands]
    bind: Callable[[str, int], Commands]
    on: Callable[[str, int], Commands]
    again: Callable[[str, int], Commands]
    off: Callable[[str], Commands]
    ask: Callable[[str], Commands]


def nothing(name: str, seconds: int) -> Commands:
    """Where the firmware needs none."""
    return ()


def split(topic: str) -> tuple[str, str]:
    """(device, what comes after): ("saw-1", "stat/POWER"). ("", "") for what is not ours."""
    name, _, rest = topic.removeprefix(ROOT).partition("/")
    return (name, rest) if topic.startswith(ROOT) and rest else ("", "")


def as_object(payload: bytes) -> dict[str, Any]:
    """The JSON object; {} for anything else: firmware says a lot that is none."""
    try:
        found = json.loads(payload)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def inside(found: Any, *names: str) -> Any:
    """The value that far down; None where it is not there."""
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found


def milliamperes(amperes: Any) -> int | None:
    """Of a number, or of the largest of several phases; None for what is neither."""
    if isinstance(amperes, list):
        return max((ma for phase in amperes if (ma := _of_phase(phase)) is not None), default=None)
    return _of_phase(amperes)


def _of_phase(amperes: Any) -> int | None:
    if isinstance(amperes, bool) or not isinstance(amperes, int | float):
        return None
    if not 0 <= amperes * 1000 <= WIDEST:
        return None
    return round(amperes * 1000)


def line(text: Any) -> str:
    """What the wire takes for a version or a model; "" for what says nothing."""
    if not isinstance(text, str):
        return ""
    return "".join(letter for letter in text if letter.isprintable())[:LINE]


def badge(text: Any) -> str | None:
    """“04-A3-B2-C1” and “04a3b2c1” alike; None for what is no number of 2 to 16 bytes."""
    if not isinstance(text, str):
        return None
    digits = text.replace("-", "").replace(":", "").replace(" ", "").upper()
    if not 4 <= len(digits) <= 32 or len(digits) % 2 or set(digits) - set("0123456789ABCDEF"):
        return None
    return digits
