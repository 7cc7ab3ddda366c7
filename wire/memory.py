"""Everything a device knows between two events, as plain data. Knows no rule.

All times are seconds on the device's clock since its boot. `up` values that arrive or leave on the
wire are whole seconds; the clock itself may be finer.
"""

from dataclasses import dataclass, field

from wire.messages import Answer, List, Row, Tap

LOCKED, ARMED, RUNNING, GRACE, FAULT = "locked", "armed", "running", "grace", "fault"


@dataclass(frozen=True, slots=True)
class Config:
    """What a device is made of; it does not change while the device runs.

    `stray_ma` is the current that may flow with the relay off, `idle_s` the time without current
    that ends a job, until a grant names better figures. With `mac` among the caps everything said
    and heard is signed with `key`; offline lists need it, too.
    """

    name: str
    caps: tuple[str, ...] = ("relay", "reader", "current", "display")
    fw: str = "1.0"
    model: str = "reference"
    heartbeat: int = 10
    stray_ma: int = 500
    warn_s: int = 300
    idle_s: int = 20
    key: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Store:
    """What a device still knows when the power has been gone.

    `granted` counts the offline sessions ever begun, `next_row` is the number of the next row.
    """

    list: List | None = None
    granted: int = 0
    rows: tuple[Row, ...] = ()
    next_row: int = 1


@dataclass(slots=True)
class Session:
    """One grant being used. There is one exactly while the device is armed, running or in GRACE.

    `badge` is there if no server granted it: who began it, as lists have it.
    """

    sid: str
    exp: int
    hard: int
    fin: int
    idle_s: int
    run_ma: int
    ends: int
    last_re: int
    badge: str | None = None
    closing: bool = False
    used: int = 0
    grace_from: int = 0
    grace_end: int = 0


@dataclass(frozen=True, slots=True)
class PendingTap:
    """A tap that waits for its answer."""

    message: Tap
    since: float
    retries: int = 0


@dataclass(frozen=True, slots=True)
class Want:
    """An offered session this interlock asks for."""

    sid: str
    since: float
    asked: float


@dataclass(frozen=True, slots=True)
class Sent:
    """A state this device sent not long ago: what grants and clocks may still refer to."""

    n: int
    up: float
    want: str | None


@dataclass(frozen=True, slots=True)
class Notice:
    """Words on the display until `until`."""

    text: str
    until: float
    refused: bool = False


@dataclass(slots=True)
class Memory:
    """`relay` is what the relay was last told; `n` the number of the last state sent, 0 before."""

    boot: str
    run_ma: int
    idle_s: int
    store: Store
    why: str = "power"
    up: float = 0.0
    connected: bool = False
    lost_at: float = 0.0
    filed_at: float | None = None
    shown: int = 0
    st: str = LOCKED
    relay: bool = False
    session: Session | None = None
    ended: tuple[str, ...] = ()
    pulse_end: float = 0.0
    fault: str | None = None
    # on the wire
    n: int = 0
    sent: tuple[Sent, ...] = ()
    report_due: bool = False
    reported: tuple[object, ...] = ()
    reported_at: float = 0.0
    sync_id: str | None = None
    utc_at_boot: int | None = None
    tap: PendingTap | None = None
    want: Want | None = None
    seen: tuple[str, float] | None = None
    typed: tuple[tuple[str, float], ...] = field(default=(), repr=False)  # digits, and when
    answer: Answer | None = None
    # sensors; each `since` is when the condition began, None while it does not hold
    ma: int = 0
    aux: bool = False
    load_since: float | None = None
    idle_since: float | None = None
    stray_since: float | None = None
    # display
    notice: Notice | None = None
