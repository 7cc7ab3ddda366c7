"""What the person at the machine sees: state, two lines, a lamp. Knows no rule and no hardware."""

from dataclasses import dataclass

from wire.memory import ARMED, FAULT, GRACE, LOCKED, RUNNING, Config, Memory, Notice, Session

OPEN = "open"  # no state of the protocol: a door whose pulse runs
LAMPS = {
    OPEN: "green",
    LOCKED: "off",
    ARMED: "blue-slow",
    RUNNING: "green",
    GRACE: "amber-slow",
    FAULT: "red-fast",
}
BIG = {
    OPEN: "OPEN",
    LOCKED: "LOCKED",
    ARMED: "PRESS START",
    RUNNING: "RUNNING",
    GRACE: "FINISHING",
    FAULT: "FAULT",
}
REFUSED_LAMP = "red"
# A renewed lease never gets this short; what does has lost its server, or its booking ends.
SHORT_LEASE = 9


@dataclass(frozen=True, slots=True)
class Display:
    """`state` is the word for the state, `left` the seconds until the booking or GRACE ends."""

    state: str
    big: str
    small: str
    lamp: str
    refused: bool = False
    warning: bool = False
    left: int | None = None


def face(memory: Memory, config: Config, up: float) -> Display:
    """What to show now."""
    notice = _notice(memory)
    st = OPEN if memory.st == LOCKED and memory.relay else memory.st
    refused = notice is not None and notice.refused and memory.st == LOCKED
    return Display(
        state=st.upper(),
        big=BIG[st],
        small=notice.text if notice is not None else _small(memory, config, up),
        lamp=REFUSED_LAMP if refused else LAMPS[st],
        refused=refused,
        warning=_warning(memory, config, up),
        left=_left(memory, up),
    )


def _notice(memory: Memory) -> Notice | None:
    """What was answered last, unless the machine itself has something more urgent to say."""
    notice = memory.notice
    if notice is None or memory.st == FAULT:
        return None
    return None if memory.st == GRACE and not notice.refused else notice


def length(seconds: int) -> str:
    """A length of time as people read it: 1 h 30, 12 min, 45 s."""
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min"
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours} h {minutes:02}" if minutes else f"{hours} h"


def _small(memory: Memory, config: Config, up: float) -> str:
    if memory.st == FAULT:
        return "Current flows, relay is off. Use the e-stop, call staff."
    if memory.tap is not None:
        return "One moment." if memory.connected else "No connection. Trying."
    session = memory.session
    if session is None:
        return "Tap your badge." if memory.connected else "No connection."
    return _time_left(memory, session, config, up)


def _time_left(memory: Memory, session: Session, config: Config, up: float) -> str:
    left = length(_left(memory, up) or 0)
    if memory.st == GRACE:
        return f"Job finishing. Off in {left}."
    if _unrenewed(memory, session, up):
        return f"No connection. Off in {length(max(0, session.exp - int(up)))}."
    if _warning(memory, config, up):
        return f"Time is nearly up: {left} left."
    return f"{left} left." if memory.st == RUNNING else f"Press start. {left} left."


def _left(memory: Memory, up: float) -> int | None:
    session = memory.session
    if session is None:
        return None
    ends = session.grace_end if memory.st == GRACE else session.ends
    return max(0, ends - int(up))


def _warning(memory: Memory, config: Config, up: float) -> bool:
    session = memory.session
    if session is None:
        return False
    return (
        memory.st == GRACE or session.ends - up <= config.warn_s or _unrenewed(memory, session, up)
    )


def _unrenewed(memory: Memory, session: Session, up: float) -> bool:
    """Whether the lease runs out before the booking does."""
    return session.exp - up <= SHORT_LEASE and session.exp < session.ends - 1
