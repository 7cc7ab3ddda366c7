"""Rules about one stretch of time on one machine: one rule, one sentence, one code. PURE."""

from datetime import datetime, timedelta

from bookings.rules.facts import Facts, Slot
from bookings.rules.gaps import next_gap
from bookings.rules.hours import closure_at, usually_open
from bookings.rules.local import align, is_aligned
from equipment.reason import Reason

NOTHING = timedelta(0)
FILLING_IN = timedelta(minutes=5)  # a start that was ahead when the form was opened
LOOK_AHEAD = timedelta(days=8)  # to name the next opening; a weekly rhythm fits in


def ends_after_start(facts: Facts, slot: Slot) -> Reason | None:
    return None if slot.length > NOTHING else Reason("ends-before-start")


def not_past(facts: Facts, slot: Slot) -> Reason | None:
    """A start that slipped by while the form was filled in is not past yet."""
    if slot.starts >= facts.now - FILLING_IN and slot.ends > facts.now:
        return None
    return Reason("in-the-past", {"starts": slot.starts})


def aligned(facts: Facts, slot: Slot) -> Reason | None:
    """Starts stand on the step, counted from midnight on the wall clock."""
    step = facts.policy.step
    if is_aligned(slot.starts, step, facts.zone):
        return None
    after = align(slot.starts, step, facts.zone)
    return Reason("off-step", {"step_minutes": minutes(step), "next": clock(facts, after)})


def even(facts: Facts, slot: Slot) -> Reason | None:
    """Lengths are whole steps."""
    step = facts.policy.step
    if slot.length % step == NOTHING:
        return None
    return Reason("uneven-length", {"step_minutes": minutes(step)})


def long_enough(facts: Facts, slot: Slot) -> Reason | None:
    shortest = facts.policy.shortest
    if slot.length >= shortest or slot.length <= NOTHING:
        return None
    return Reason("too-short", {"shortest_minutes": minutes(shortest)})


def short_enough(facts: Facts, slot: Slot) -> Reason | None:
    longest = facts.policy.longest
    return (
        Reason("too-long", {"longest_minutes": minutes(longest)}) if slot.length > longest else None
    )


def soon_enough(facts: Facts, slot: Slot) -> Reason | None:
    """Nobody books further ahead than the horizon."""
    if slot.starts - facts.now <= facts.policy.horizon:
        return None
    latest = facts.now + facts.policy.horizon
    return Reason("too-far-ahead", {"days": facts.policy.horizon.days, "latest": latest})


def with_notice(facts: Facts, slot: Slot) -> Reason | None:
    """Some machines need to be booked a while before."""
    notice = facts.policy.notice
    if notice == NOTHING or slot.starts >= facts.now + notice:
        return None
    earliest = align(facts.now + notice, facts.policy.step, facts.zone)
    return Reason("too-little-notice", {"notice_minutes": minutes(notice), "earliest": earliest})


def open_then(facts: Facts, slot: Slot) -> Reason | None:
    """The weekly hours cover the slot."""
    if slot.length <= NOTHING:
        return None
    around = usually_open(facts.hours, facts.zone, slot.starts, slot.ends + LOOK_AHEAD)
    if any(opens <= slot.starts and slot.ends <= closes for opens, closes in around):
        return None
    if around and around[0][0] <= slot.starts:
        return Reason("closes-before", {"closes": clock(facts, around[0][1])})
    return Reason("outside-hours", {"opens": around[0][0] if around else None})


def space_not_closed(facts: Facts, slot: Slot) -> Reason | None:
    """No holiday, party or flood that day."""
    shut = closure_at(facts.hours, slot.starts, slot.ends)
    return Reason("space-closed", {"why": shut.reason, "until": shut.ends}) if shut else None


def untaken(facts: Facts, slot: Slot) -> Reason | None:
    """Nobody has it then, and the buffer fits in after. The guard is NoOverlap, not this."""
    if slot.length <= NOTHING:
        return None
    blocked_until = slot.ends + facts.policy.buffer
    if not any(slot.starts < taken.until and taken.starts < blocked_until for taken in facts.taken):
        return None
    return taken_reason(facts, slot)


def free_now(facts: Facts, slot: Slot) -> Reason | None:
    """Nobody has it now, and the next booking is far enough away."""
    named: dict[str, object] = {"machine": facts.machine, "machine_slug": facts.machine_slug}
    for taken in facts.taken:
        if taken.starts <= slot.starts < taken.until:
            return Reason("taken-now", named | {"until": taken.until})
        if slot.starts < taken.starts < slot.ends + facts.policy.buffer:
            return Reason("needed-soon", named | {"next": taken.starts})
    return None


def taken_reason(facts: Facts, slot: Slot) -> Reason:
    """That somebody has it, and the next gap a booking of that length or the shortest fits in."""
    params: dict[str, object] = {"machine": facts.machine, "machine_slug": facts.machine_slug}
    gap = next_gap(facts, slot)
    if gap is None:
        return Reason("taken-for-long", params)
    until = clock(facts, gap.ends)
    return Reason("taken", params | {"gap_starts": gap.starts, "gap_ends": until})


def clock(facts: Facts, at: datetime) -> str:
    """The wall clock of the space at `at`, as in 14:00."""
    return f"{at.astimezone(facts.zone):%H:%M}"


def minutes(length: timedelta) -> int:
    return int(length / timedelta(minutes=1))
