"""What happens to a device, and what it wants done about it. Knows no rule and no hardware."""

from dataclasses import dataclass, field

from wire.display import Display
from wire.memory import Store
from wire.messages import Down, Up


@dataclass(frozen=True, slots=True)
class Boot:
    """The first event: why the device starts (power, reset, watchdog, update)."""

    why: str = "power"


@dataclass(frozen=True, slots=True)
class Connected:
    """The broker has accepted the subscription."""


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The connection is gone, whoever ended it."""


@dataclass(frozen=True, slots=True)
class Received:
    """A message from the server."""

    message: Down


@dataclass(frozen=True, slots=True)
class Tick:
    """A tenth of a second has passed."""


@dataclass(frozen=True, slots=True)
class Tapped:
    """A badge was seen; `nonce` is 24 fresh random lower hex digits."""

    badge: str
    nonce: str


@dataclass(frozen=True, slots=True)
class Typed:
    """A key of the keypad was pressed: a digit, or `*`, which takes back what was typed."""

    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button (`arm` or `stop`) was pressed; `nonce` is 24 fresh random lower hex digits."""

    name: str
    nonce: str


@dataclass(frozen=True, slots=True)
class Current:
    """What the current sensor reads, in milliamperes."""

    ma: int


@dataclass(frozen=True, slots=True)
class Aux:
    """What the auxiliary contact of the contactor says."""

    closed: bool


@dataclass(frozen=True, slots=True)
class Relay:
    """Switch the relay."""

    on: bool


@dataclass(frozen=True, slots=True)
class Publish:
    """Send to the server now; if that is not possible, forget it."""

    message: Up


@dataclass(frozen=True, slots=True)
class Save:
    """Write this down where no power cut reaches it.

    If that fails, do not carry out the effects after it: open the relay and reboot.
    """

    store: Store


@dataclass(frozen=True, slots=True)
class Show:
    """Put this on the display."""

    display: Display


@dataclass(frozen=True, slots=True)
class Beep:
    """Sound the buzzer."""

    times: int


@dataclass(frozen=True, slots=True)
class Ignored:
    """Something was not acted on, and why: for a log, nothing needs to be done."""

    what: str
    why: str


Event = Boot | Connected | Disconnected | Received | Tick | Tapped | Typed | Pressed | Current | Aux
Effect = Relay | Publish | Save | Show | Beep | Ignored
