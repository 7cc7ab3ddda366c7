"""Setting rules aside: staff of the space only, each rule by its code, and with a why.

What the judge misses, an overlap and impossible times are never set aside: bookings.rules says
which codes may be.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from bookings.errors import Refused
from bookings.models import Booking
from bookings.rules import OVERRIDABLE
from bookings.services import history
from equipment.reason import Reason
from members.models import Member, Space
from members.permissions import is_staff


@dataclass(frozen=True, slots=True)
class Override:
    """What somebody would set aside, and why."""

    codes: Collection[str] = ()
    why: str = ""


NONE = Override()


def set_aside(
    reasons: Iterable[Reason], override: Override, *, by: Member, space: Space
) -> list[Reason]:
    """The reasons, where all may be and are set aside. Raises Refused with all where one stands."""
    reasons = list(reasons)
    codes = _allowed(override, by, space) if reasons else frozenset()
    if any(reason.code not in codes for reason in reasons):
        raise Refused(*reasons)
    return reasons


def _allowed(override: Override, by: Member, space: Space) -> frozenset[str]:
    if not override.codes or not override.why.strip() or not is_staff(by, space):
        return frozenset()
    return OVERRIDABLE.intersection(override.codes)


def note(booking: Booking, aside: Iterable[Reason], why: str) -> None:
    """Keep on the booking which rules it stands above, and why; those of before stay."""
    if codes := codes_of(aside):
        booking.overrides = sorted({*booking.overrides, *codes})
        booking.override_why = why


def codes_of(aside: Iterable[Reason]) -> list[str]:
    """As the booking keeps them: each rule once."""
    return sorted({reason.code for reason in aside})


def told(aside: Collection[Reason], why: str) -> dict[str, Any]:
    """What the history says beside a change that needed it."""
    if not aside:
        return {"why": why} if why else {}
    return {"set_aside": [history.told(reason) for reason in aside], "why": why}
