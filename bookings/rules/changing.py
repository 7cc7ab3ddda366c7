"""Rules about giving back and moving what is booked, and whether staff are asked first. PURE."""

from datetime import datetime

from bookings.rules.facts import Facts, Policy, Slot
from bookings.rules.slot import NOTHING, minutes
from equipment.reason import Reason


def in_time_to_move(facts: Facts, old: Slot, new: Slot) -> Reason | None:
    """Close to its start a booking stays as it is, or is cancelled."""
    notice = facts.policy.move_notice
    if notice == NOTHING or old == new or facts.now <= old.starts - notice:
        return None
    named = {"notice_minutes": minutes(notice), "starts": old.starts}
    return Reason("too-late-to-move", named | {"machine": facts.machine})


def adds_whole_steps(facts: Facts, old: Slot, new: Slot) -> Reason | None:
    """A walk-up has any length; what is added to it is whole steps like every other."""
    step = facts.policy.step
    if (new.ends - old.ends) % step == NOTHING:
        return None
    return Reason("uneven-length", {"step_minutes": minutes(step)})


def is_late(policy: Policy, starts: datetime, now: datetime) -> bool:
    """Whether cancelling now comes too late to leave no mark; it is never refused.

    Without a notice that is once it has begun: the time was perhaps used.
    """
    return now > starts - policy.cancel_notice


def needs_approval(facts: Facts, slot: Slot) -> bool:
    """Whether staff say yes first: to a long booking, or to a member's first of the kind."""
    above = facts.policy.approval_above
    is_long = above is not None and slot.length > above
    return is_long or facts.policy.approval_first and not facts.booked_before
