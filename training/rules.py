"""May this member sign up for this induction? PURE: frozen facts in, every reason against it out.

It knows no database, no clock and no words. Whether a seat is left is no reason against signing
up: without one, one waits.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bookings.rules.eligible import throughout
from bookings.rules.facts import Slot
from equipment import eligibility
from equipment.reason import Reason


@dataclass(frozen=True, slots=True)
class Facts:
    """One induction and one member, read at `now`."""

    now: datetime
    slot: Slot
    closes_at: datetime
    takes_place: bool
    certification: str
    judge: eligibility.Facts  # of the person alone: no machine, no requirement
    is_certifier: bool = False
    has_it_for_good: bool = False
    certification_slug: str = ""
    needed: tuple[str, ...] = ()  # names of what one must hold before, and does not
    suspended: tuple[str, ...] = ()  # names of what is suspended for them
    is_refresher: bool = False
    may_refresh: bool = False  # held it, or did not long ago


def takes_place(facts: Facts) -> Reason | None:
    return None if facts.takes_place else Reason("induction-off")


def in_time(facts: Facts) -> Reason | None:
    """The moment it closes is too late already, as for everything that ends."""
    if facts.now < facts.closes_at:
        return None
    return Reason("sign-up-closed", {"closed": facts.closes_at})


def not_by_oneself(facts: Facts) -> Reason | None:
    return Reason("gives-it-oneself") if facts.is_certifier else None


def not_held(facts: Facts) -> Reason | None:
    """A certification that ends may be made new; one that does not needs nothing."""
    if not facts.has_it_for_good:
        return None
    return Reason("certified-already", {"certification": facts.certification})


def prepared(facts: Facts) -> Reason | None:
    if not facts.needed:
        return None
    return Reason("needs-first", {"certification": ", ".join(facts.needed)})


def not_suspended(facts: Facts) -> Reason | None:
    """Whoever may not use it for the time being is not taught it either."""
    if not facts.suspended:
        return None
    return Reason("suspended-first", {"certification": ", ".join(facts.suspended)})


def refreshes(facts: Facts) -> Reason | None:
    if not facts.is_refresher or facts.may_refresh:
        return None
    named = {"certification": facts.certification, "certification_slug": facts.certification_slug}
    return Reason("refresher-only", named)


RULES: tuple[Callable[[Facts], Reason | None], ...] = (
    takes_place,
    in_time,
    not_by_oneself,
    not_held,
    prepared,
    not_suspended,
    refreshes,
)


def refusals(facts: Facts) -> tuple[Reason, ...]:
    """Everything against signing up; empty means they may, or may wait."""
    against = tuple(reason for rule in RULES if (reason := rule(facts)) is not None)
    return (*against, *personal(facts))


def personal(facts: Facts) -> tuple[Reason, ...]:
    """What the one judge says of the person for as long as the induction lasts."""
    return throughout(facts.judge, facts.slot, facts.now)


def kept_out(facts: Facts) -> tuple[Reason, ...]:
    """Why who has a seat may not come to it any more: what was true when they signed up is not."""
    lost = tuple(reason for rule in (prepared, not_suspended) if (reason := rule(facts)))
    return (*personal(facts), *lost)
