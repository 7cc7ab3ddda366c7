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
    those who chose it; `moot_after` names the fact after whose time nobody wants the mail.
    """

    drawer: str = "other"
    usual: str = NOW
    choices: tuple[str, ...] = ALL
    urgent: bool = False
    fixed: bool = False
    asked_for: bool = False
    moot_after: str = ""


BOOKING = Manner("bookings")
MACHINE = Manner("machines", choices=AT_ONCE)

MANNERS: dict[str, Manner] = {
    "booking-confirmed": BOOKING,
    "booking-changed": BOOKING,
    "booking-cancelled": Manner("bookings", urgent=True),  # somebody may be on the way
    "booking-reminder": Manner("bookings", choices=AT_ONCE, moot_after="starts"),
    "booking-starting": Manner(
        "bookings", NONE, AT_ONCE, urgent=True, asked_for=True, moot_after="ends"
    ),
    "booking-ending": Manner(
        "bookings", NONE, AT_ONCE, urgent=True, asked_for=True, moot_after="ends"
    ),
    "booking-missed": BOOKING,
    "booking-disrupted": Manner("bookings", choices=AT_ONCE, urgent=True),
    "disruption-over": BOOKING,
    "series-booked": BOOKING,
    "series-changed": BOOKING,
    "series-cancelled": Manner("bookings", urgent=True),
    "group-booked": BOOKING,
    "group-changed": BOOKING,
    "group-cancelled": Manner("bookings", urgent=True),
    "slot-offered": Manner("agreements", choices=AT_ONCE, urgent=True, moot_after="until"),
    "booking-requested": Manner("agreements"),
    "booking-approved": Manner("agreements"),
    "booking-declined": Manner("agreements"),
    "request-lapsed": Manner("agreements"),
    "hand-over-proposed": Manner("agreements", choices=AT_ONCE, urgent=True, moot_after="starts"),
    "hand-over-answered": Manner("agreements", choices=AT_ONCE),
    "certification-given": Manner("standing"),
    "certification-revoked": Manner("standing", fixed=True, choices=(NOW,)),
    "certification-expiring": Manner("standing"),
    "membership-expiring": Manner("standing", fixed=True, choices=(NOW,)),
    "machine-fixed": MACHINE,
    "machine-free": Manner("machines", choices=AT_ONCE, urgent=True, moot_after="until"),
    "machine-locked-out": Manner("staff", fixed=True, urgent=True, choices=(NOW,)),
    "fault-reported": Manner("staff", urgent=True),
    "device-silent": Manner("staff", DAILY),
    "alarm": Manner("staff", fixed=True, urgent=True, choices=(NOW,)),
}
ORDINARY = Manner()


def manner_of(kind: str) -> Manner:
    return MANNERS.get(kind, ORDINARY)


def choice_of(kind: str, chosen: str | None) -> str:
    """What counts: the person's choice where the kind allows it, else the usual way."""
    manner = manner_of(kind)
    return chosen if chosen in manner.choices and not manner.fixed else manner.usual


def stoppable(kinds: Collection[str]) -> list[str]:
    """Those of `kinds` that a person may turn off."""
    return sorted(kind for kind in set(kinds) if not manner_of(kind).fixed)
