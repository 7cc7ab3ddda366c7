"""What device and server say to each other, one class per message. Knows no bytes and no topics.

Units: `up`, `exp`, `hard` and `grace_end` are seconds on the device's own clock since its boot;
`left`, `fin`, `idle_s` and `secs` are lengths in seconds, `pulse_ms` is one in milliseconds; `utc`
and the times in lists are Unix time; `ma` and `run_ma` are milliamperes. None means that the field
is not in the message.
"""

from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple


@dataclass(frozen=True, slots=True)
class Avail:
    """Whether the device is on the network; its `on: false` is the broker's last will for it."""

    kind: ClassVar[str] = "avail"
    device: str
    on: bool
    boot: str | None = None


@dataclass(frozen=True, slots=True)
class Hello:
    """What this device is and why it started, sent after each connect."""

    kind: ClassVar[str] = "hello"
    device: str
    boot: str
    up: int
    fw: str
    model: str
    why: str
    caps: tuple[str, ...]
    list: int
    jrn: int


@dataclass(frozen=True, slots=True)
class Tap:
    """One presentation of a badge. A retry is the same message again: same nonce, same `up`."""

    kind: ClassVar[str] = "tap"
    device: str
    boot: str
    up: int
    nonce: str
    badge: str
    pin: str | None = field(default=None, repr=False)  # so that no log shows it
    sun: str | None = None
    machine: str | None = None


@dataclass(frozen=True, slots=True)
class State:
    """What the device does right now; its `n` rises by one with each state of a boot."""

    kind: ClassVar[str] = "state"
    device: str
    boot: str
    up: int
    n: int
    st: str
    relay: bool
    ma: int | None = None
    aux: bool | None = None
    sid: str | None = None
    want: str | None = None
    fault: str | None = None
    grace_end: int | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Button:
    """A button was pressed: `arm` asks for a start, `stop` tells that the device has stopped."""

    kind: ClassVar[str] = "button"
    device: str
    boot: str
    up: int
    nonce: str
    name: str


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that happened without the server; rows are numbered through all boots."""

    i: int
    boot: str
    up: int
    utc: int
    ev: str
    badge: str | None = None
    sid: str | None = None


@dataclass(frozen=True, slots=True)
class Journal:
    """The oldest rows that wait: `j` begins with number `first`, on the wire `from`."""

    kind: ClassVar[str] = "journal"
    device: str
    boot: str
    up: int
    list: int
    first: int
    j: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Grant:
    """Permission to switch on, answering a tap (`re` is its nonce) or a state (`re` is its n)."""

    kind: ClassVar[str] = "grant"
    boot: str
    re: str | int
    sid: str
    exp: int
    hard: int
    fin: int
    idle_s: int
    run_ma: int
    left: int
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The decision on a tap, in words, with the grant where reader and interlock are one device."""

    kind: ClassVar[str] = "answer"
    boot: str
    nonce: str
    ok: bool
    code: str
    text: str
    sid: str | None = None
    left: int | None = None
    pulse_ms: int | None = None
    grant: Grant | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """A session waits for this interlock, which asks for it with `want`. Switches nothing on."""

    kind: ClassVar[str] = "offer"
    boot: str
    sid: str


@dataclass(frozen=True, slots=True)
class Lease:
    """More (or less) time for the running session, answering the state with n = `re`."""

    kind: ClassVar[str] = "lease"
    boot: str
    re: int
    sid: str
    exp: int
    hard: int
    left: int
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Off:
    """The end of a session, or of any session (`*`), at once or after the job."""

    kind: ClassVar[str] = "off"
    sid: str
    mode: str
    code: str
    boot: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Sync:
    """Asks for a state with this id; or, with `re`, hands over the time and asks nothing."""

    kind: ClassVar[str] = "sync"
    id: str
    boot: str | None = None
    re: int | None = None
    utc: int | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """Words for the display, for a while."""

    kind: ClassVar[str] = "text"
    text: str
    secs: int
    beep: int | None = None


class Entry(NamedTuple):
    """A badge, as a keyed hash, that may start from `opens` until `until`."""

    badge: str
    opens: int
    until: int
    fin: int


@dataclass(frozen=True, slots=True)
class List:
    """Who may start here while there is no network; `seq` rises with each list of a device."""

    kind: ClassVar[str] = "list"
    dev: str
    seq: int
    iss: int
    exp: int
    e: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Filed:
    """The rows up to number `upto` have been written down by the server."""

    kind: ClassVar[str] = "journal"
    upto: int


Alive = Hello | Tap | State | Button | Journal  # what names the boot that says it
Up = Avail | Alive
Down = Answer | Offer | Grant | Lease | Off | Sync | Text | List | Filed

# Answers and leases are QoS 0: a late copy is worthless and the device asks again by itself.
QOS = {
    "avail": 1,
    "hello": 1,
    "tap": 1,
    "state": 1,
    "button": 1,
    "answer": 0,
    "offer": 0,
    "grant": 0,
    "lease": 0,
    "off": 1,
    "sync": 0,
    "text": 0,
    "list": 1,
    "journal": 1,
}
# Retained copies of avail and state are hints for a screen; what energises is never retained.
RETAIN = {kind: kind in ("avail", "state", "list") for kind in QOS}
