"""Rules about one stretch of time on one machine: one rule, one sentence, one code. PURE."""

from datetime import timedelta

from bookings.rules.facts import Facts, Slot
from bookings.rules.gaps import next_gap
from bookings.rules.lengths import horizon_at, latest_start, longest_at
from bookings.rules.local import align, align_to, is_aligned
from bookings.rules.presence import clock
from bookings.rules.quotas import busiest
from bookings.rules.starts import first_start
from equipment.reason import Reason

NOTHING = timedelta(0)
FILLING_IN = timedelta(minutes=5)  # a start that was ahead when the form was opened


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
    if facts.policy.start_times or is_aligned(slot.starts, step, facts.zone):
        return None
    after = align(slot.starts, step, facts.zone)
    return Reason("off-step", {"step_minutes": minutes(step), "next": clock(facts, after)})


def at_start_time(facts: Facts, slot: Slot) -> Reason | None:
    """Where a kind has start times, those are its only starts."""
    times = facts.policy.start_times
    if not times or slot.starts.astimezone(facts.zone).time() in times:
        return None
    after = align_to(slot.starts, times, facts.zone)
    return Reason("not-a-start", {"times": ", ".join(f"{at:%H:%M}" for at in times), "next": after})


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
    """The longest of the kind, or of a limit on top of it."""
    longest, plan = longest_at(facts, slot.starts)
    if slot.length <= longest:
        return None
    named = {"longest_minutes": minutes(longest)}
    return Reason("plan-too-long", named | {"plan": plan}) if plan else Reason("too-long", named)


def soon_enough(facts: Facts, slot: Slot) -> Reason | None:
    """Nobody books further ahead than the horizon, of the kind or of a limit on top of it."""
    if not facts.limits and slot.starts - facts.now <= facts.policy.horizon:
        return None
    horizon, plan = horizon_at(facts, slot.starts)
    latest = latest_start(facts, horizon)
    if slot.starts <= latest:
        return None
    named = {"days": horizon.days, "latest": latest}
    if plan:
        return Reason("plan-too-far-ahead", named | {"plan": plan})
    return Reason("too-far-ahead", named)


def with_notice(facts: Facts, slot: Slot) -> Reason | None:
    """Some machines need to be booked a while before."""
    notice = facts.policy.notice
    if notice == NOTHING or slot.starts >= facts.now + notice:
        return None
    earliest = first_start(facts, facts.now + notice)
    return Reason("too-little-notice", {"notice_minutes": minutes(notice), "earliest": earliest})


def booked_ahead(facts: Facts, slot: Slot) -> Reason | None:
    """Some kinds are for walk-up and the waitlist only."""
    if not facts.policy.waitlist_only or facts.is_offer:
        return None
    named = {"machine": facts.machine, "machine_slug": facts.machine_slug}
    return Reason("waitlist-only", named | {"tool_class": facts.policy.tool_class})


def apart_from_own(facts: Facts, slot: Slot) -> Reason | None:
    """Between two bookings of one member on machines of the kind there is a pause."""
    gap = facts.policy.gap
    if gap == NOTHING:
        return None
    for own in facts.own:
        is_close = slot.starts < own.ends + gap and own.starts < slot.ends + gap
        if is_close and own.stands and own.tool_class_id == facts.policy.tool_class_id:
            named = {"gap_minutes": minutes(gap), "tool_class": facts.policy.tool_class}
            return Reason("too-close-to-own", named | {"earliest": own.ends + gap})
    return None


def answered(facts: Facts, slot: Slot) -> Reason | None:
    """What must be answered is, once answers are asked for."""
    if facts.answers is None:
        return None
    open_questions = [
        question.text
        for question in facts.questions
        if question.required and not facts.answers.get(question.id, "").strip()
    ]
    return Reason("unanswered", {"questions": " ".join(open_questions)}) if open_questions else None


def untaken(facts: Facts, slot: Slot) -> Reason | None:
    """Nobody has it then, and the buffer fits in after. The guard is NoOverlap, not this."""
    if slot.length <= NOTHING:
        return None
    blocked_until = slot.ends + facts.policy.buffer
    if not any(slot.starts < taken.until and taken.starts < blocked_until for taken in facts.taken):
        return None
    return taken_reason(facts, slot)


def share_free(facts: Facts, slot: Slot) -> Reason | None:
    """What the machine shares with others has room for one more, buffers included."""
    if not facts.shared or slot.length <= NOTHING:
        return None
    asked = Slot(slot.starts, slot.ends + facts.policy.buffer)
    for shared in facts.shared:
        claims = [(taken.starts, taken.until) for taken in shared.taken]
        if busiest(claims, asked) >= shared.capacity:
            until = min(until for starts, until in claims if until > asked.starts)
            return Reason("shared-taken", {"shared": shared.name, "until": until})
    return None


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


def minutes(length: timedelta) -> int:
    return int(length / timedelta(minutes=1))
