"""How each kind of message reaches a person: its drawer, its usual way, what it insists on. PURE.

A kind that is not listed is an ordinary one, so that a new kind needs no line here.
"""

from collections.abc import Collection
from dataclasses import dataclass

NOW, DAILY, WEEKLY, NONE = "now", "daily", "weekly", "none"
ALL = (NOW, DAILY, WEEKLY, NONE)
AT_ONCE = (NOW, NONE)  # for what a digest would tell too late


@dataclass(frozen=True, slots=True)
class Manner:
    """`urgent` passes quiet hours; `fixed` always goes as mail at once; `asked_for` goes only to
    those who chose it; `moot_after` names the fact after whose time nobody wants the mail; `like`
    names the kind whose choice counts for this one, too.
    """

    drawer: str = "other"
    usual: str = NOW
    choices: tuple[str, ...] = ALL
    urgent: bool = False
    fixed: bool = False
    asked_for: bool = False
    moot_after: str = ""
    like: str = ""


BOOKING = Manner("bookings")
MACHINE = Manner("machines", choices=AT_ONCE)
TRAINING = Manner("training")

CONFIRMED, CHANGED, CANCELLED = "booking-confirmed", "booking-changed", "booking-cancelled"

MANNERS: dict[str, Manner] = {
    CONFIRMED: BOOKING,
    CHANGED: BOOKING,
    CANCELLED: Manner("bookings", urgent=True),  # somebody may be on the way
    "booking-reminder": Manner("bookings", choices=AT_ONCE, moot_after="starts"),
    "booking-starting": Manner(
        "bookings", NONE, AT_ONCE, urgent=True, asked_for=True, moot_after="ends"
    ),
    "booking-ending": Manner(
        "bookings", NONE, AT_ONCE, urgent=True, asked_for=True, moot_after="ends"
    ),
    "booking-missed": BOOKING,
    "booking-disrupted": Manner("bookings", choices=AT_ONCE, urgent=True),
    "booking-at-risk": Manner("bookings", fixed=True, urgent=True, choices=(NOW,)),
    "booking-passed-on": Manner("bookings", urgent=True, like=CANCELLED),
    "disruption-over": Manner("bookings", choices=AT_ONCE, like="booking-disrupted"),
    **dict.fromkeys(("series-booked", "group-booked"), Manner("bookings", like=CONFIRMED)),
    **dict.fromkeys(("series-changed", "group-changed"), Manner("bookings", like=CHANGED)),
    **dict.fromkeys(
        ("series-cancelled", "group-cancelled"), Manner("bookings", urgent=True, like=CANCELLED)
    ),
    "slot-offered": Manner("agreements", choices=AT_ONCE, urgent=True, moot_after="until"),
    "booking-requested": Manner("agreements"),
    **dict.fromkeys(
        ("booking-approved", "booking-declined", "request-lapsed"),
        Manner("agreements", like="booking-requested"),
    ),
    "hand-over-proposed": Manner("agreements", choices=AT_ONCE, urgent=True, moot_after="starts"),
    "hand-over-answered": Manner("agreements", choices=AT_ONCE, like="hand-over-proposed"),
    "certification-given": Manner("standing"),
    "certification-revoked": Manner("standing", fixed=True, urgent=True, choices=(NOW,)),
    "certification-expiring": Manner("standing"),
    "certification-idle": Manner("standing", like="certification-expiring"),
    "certification-suspended": Manner("standing", fixed=True, urgent=True, choices=(NOW,)),
    "certification-restored": Manner("standing", urgent=True),
    "induction-signed-up": TRAINING,
    "induction-seat": Manner("training", choices=AT_ONCE, urgent=True, moot_after="starts"),
    "induction-changed": Manner("training", choices=AT_ONCE, urgent=True),
    "induction-cancelled": Manner("training", choices=AT_ONCE, urgent=True),
    "induction-kept-out": Manner("training", choices=AT_ONCE, urgent=True, moot_after="starts"),
    "induction-reminder": Manner("training", choices=AT_ONCE, moot_after="starts"),
    "induction-handed": Manner("training", choices=AT_ONCE, urgent=True),
    "induction-forsaken": Manner("staff", choices=AT_ONCE, urgent=True),
    "membership-expiring": Manner("standing", fixed=True, choices=(NOW,)),
    "document-new": Manner("standing", fixed=True, choices=(NOW,)),
    "membership-confirmed": Manner("standing"),
    "membership-declined": Manner("standing", like="membership-confirmed"),
    "role-given": Manner("standing", fixed=True, choices=(NOW,)),
    "role-taken": Manner("standing", fixed=True, choices=(NOW,)),
    "second-factor-reset": Manner("standing", fixed=True, urgent=True, choices=(NOW,)),
    "pin-locked": Manner("standing", fixed=True, urgent=True, choices=(NOW,)),
    "membership-requested": Manner("staff"),
    "membership-renewed": Manner("standing"),
    "membership-changed": Manner("standing"),
    "membership-ended": Manner("standing", fixed=True, choices=(NOW,)),
    "membership-paused": Manner("standing"),
    "membership-resumed": Manner("standing", like="membership-paused"),
    "membership-overdue": Manner("standing", fixed=True, choices=(NOW,)),
    "membership-lapsed": Manner("standing", fixed=True, choices=(NOW,)),
    "day-passes-given": Manner("standing"),
    "hold-placed": Manner("standing", fixed=True, urgent=True, choices=(NOW,)),
    "hold-lifted": Manner("standing"),
    "guardian-asked": Manner("standing", fixed=True, urgent=True, choices=(NOW,)),
    "guardian-answered": Manner("standing"),
    "invitation": Manner("standing"),
    "session-taken-over": Manner("machines", choices=AT_ONCE),
    "machine-fixed": MACHINE,
    "machine-free": Manner("machines", choices=AT_ONCE, urgent=True, moot_after="until"),
    "machine-locked-out": Manner("staff", fixed=True, urgent=True, choices=(NOW,)),
    "fault-reported": Manner("staff", urgent=True),
    "device-silent": Manner("staff", DAILY),
    "alarm": Manner("staff", fixed=True, urgent=True, choices=(NOW,)),
    "gatekeeper-gone": Manner("staff", fixed=True, urgent=True, choices=(NOW,)),
    "gatekeeper-back": Manner("staff", fixed=True, urgent=True, choices=(NOW,)),
}
ORDINARY = Manner()


def manner_of(kind: str) -> Manner:
    return MANNERS.get(kind, ORDINARY)


def topic_of(kind: str) -> str:
    """The kind by which one chooses about this one: itself, or one that it goes with."""
    return manner_of(kind).like or kind


def choice_of(kind: str, chosen: str | None) -> str:
    """What counts: the person's choice where the kind allows it, else the usual way."""
    manner = manner_of(kind)
    return chosen if chosen in manner.choices and not manner.fixed else manner.usual


def stoppable(kinds: Collection[str]) -> list[str]:
    """What a person may turn off to have no more mails of these kinds."""
    return sorted({topic_of(kind) for kind in kinds if not manner_of(kind).fixed})
