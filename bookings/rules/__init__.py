"""May this booking be? PURE: frozen facts in, every reason against it out, at once.

The tuples are the policy, in the order a person is told. MEMBER rules hold for a whole page, CLASS
rules for every machine of a tool class, SLOT rules for one stretch of time. They know no database,
no clock and no words.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from bookings.rules.changing import adds_whole_steps, in_time_to_move, is_late, needs_approval
from bookings.rules.eligible import eligible_throughout
from bookings.rules.facts import Facts, Slot
from bookings.rules.member import signed_in, within_most_future
from bookings.rules.presence import (
    machine_not_closed,
    not_kept,
    not_overnight,
    open_then,
    space_not_closed,
    staffed_then,
)
from bookings.rules.quotas import (
    BOOKINGS_CODES,
    MINUTES_CODES,
    plan_books_kind,
    within_at_once,
    within_bookings,
    within_minutes,
    within_most_per_day,
)
from bookings.rules.slot import (
    aligned,
    answered,
    apart_from_own,
    at_start_time,
    booked_ahead,
    ends_after_start,
    even,
    free_now,
    long_enough,
    not_past,
    share_free,
    short_enough,
    soon_enough,
    untaken,
    with_notice,
)
from bookings.rules.weights import is_covered, is_last_minute
from equipment.reason import Reason

MemberRule = Callable[[Facts], Reason | None]
SlotRule = Callable[[Facts, Slot], Reason | None]
MoveRule = Callable[[Facts, Slot, Slot], Reason | None]

MEMBER: tuple[MemberRule, ...] = (signed_in,)
CLASS: tuple[MemberRule, ...] = (within_most_future,)
QUOTAS: tuple[SlotRule, ...] = (
    within_most_per_day,
    within_bookings,
    within_minutes,
    within_at_once,
)
SLOT: tuple[SlotRule, ...] = (
    plan_books_kind,
    booked_ahead,
    ends_after_start,
    not_past,
    aligned,
    at_start_time,
    even,
    long_enough,
    short_enough,
    soon_enough,
    with_notice,
    *QUOTAS,
    apart_from_own,
    not_overnight,
    open_then,
    staffed_then,
    not_kept,
    space_not_closed,
    machine_not_closed,
    untaken,
    share_free,
    answered,
)
MOVE: tuple[MoveRule, ...] = (in_time_to_move,)
LENGTHEN: tuple[MoveRule, ...] = (adds_whole_steps,)
# What is left to ask where the start is a fact already, or is now.
EXTEND: tuple[SlotRule, ...] = (
    short_enough,
    within_minutes,
    within_at_once,
    apart_from_own,
    not_overnight,
    open_then,
    staffed_then,
    not_kept,
    space_not_closed,
    machine_not_closed,
    untaken,
    share_free,
)
WALK_UP: tuple[SlotRule, ...] = (
    plan_books_kind,
    short_enough,
    *QUOTAS,
    apart_from_own,
    not_overnight,
    open_then,
    staffed_then,
    not_kept,
    space_not_closed,
    machine_not_closed,
    free_now,
    share_free,
)
# What is left to ask of a stretch known to be free and open.
GAP: tuple[SlotRule, ...] = (
    plan_books_kind,
    booked_ahead,
    soon_enough,
    with_notice,
    *QUOTAS,
    apart_from_own,
    not_overnight,
    staffed_then,
    not_kept,
    machine_not_closed,
    share_free,
)

# The codes each rule may answer with.
CODES: Mapping[MemberRule | SlotRule | MoveRule, tuple[str, ...]] = {
    signed_in: ("sign-in",),
    within_most_future: ("most-future",),
    plan_books_kind: ("not-on-plan", "not-bookable"),
    booked_ahead: ("waitlist-only",),
    ends_after_start: ("ends-before-start",),
    not_past: ("in-the-past",),
    aligned: ("off-step",),
    at_start_time: ("not-a-start",),
    even: ("uneven-length",),
    long_enough: ("too-short",),
    short_enough: ("too-long", "plan-too-long"),
    soon_enough: ("too-far-ahead", "plan-too-far-ahead"),
    with_notice: ("too-little-notice",),
    within_most_per_day: ("most-per-day",),
    within_bookings: tuple(BOOKINGS_CODES.values()),
    within_minutes: tuple(MINUTES_CODES.values()),
    within_at_once: ("at-once",),
    apart_from_own: ("too-close-to-own",),
    not_overnight: ("runs-overnight",),
    open_then: ("closes-before", "outside-hours"),
    staffed_then: ("not-staffed", "never-staffed"),
    not_kept: ("kept-for-plan",),
    space_not_closed: ("space-closed",),
    machine_not_closed: ("machine-closed",),
    untaken: ("taken", "taken-for-long"),
    share_free: ("shared-taken",),
    answered: ("unanswered",),
    in_time_to_move: ("too-late-to-move",),
    adds_whole_steps: ("uneven-length",),
    free_now: ("taken-now", "needed-soon"),
}
# Impossible times, and what somebody else has: no one may set these aside.
FIRM: tuple[MemberRule | SlotRule | MoveRule, ...] = (
    signed_in,
    ends_after_start,
    not_past,
    untaken,
    free_now,
    share_free,
)
# The codes that staff may set aside: policy, and never what the judge of eligibility says.
OVERRIDABLE: frozenset[str] = frozenset(
    code for rule, codes in CODES.items() if rule not in FIRM for code in codes
)

NONE: frozenset[object] = frozenset()
LAST_MINUTE: frozenset[object] = frozenset({within_most_future, *QUOTAS})
FREE: frozenset[object] = LAST_MINUTE | {
    long_enough,
    short_enough,
    soon_enough,
    with_notice,
    apart_from_own,
}


def refusals(facts: Facts, slot: Slot) -> tuple[Reason, ...]:
    """Everything against booking `slot`; empty means it may be booked."""
    general = (*_ask_general(MEMBER, facts), *class_refusals(facts, slot))
    return (*general, *eligible_throughout(facts, slot), *ask(SLOT, facts, slot))


def move_refusals(facts: Facts, old: Slot, new: Slot) -> tuple[Reason, ...]:
    """Everything against moving a booking from `old` to `new`; the facts leave it out."""
    against = tuple(reason for rule in MOVE if (reason := rule(facts, old, new)))
    return (*against, *refusals(facts, new))


def extend_refusals(facts: Facts, old: Slot, new: Slot) -> tuple[Reason, ...]:
    """Everything against a running booking going on to the end of `new`."""
    against = tuple(reason for rule in LENGTHEN if (reason := rule(facts, old, new)))
    return (*against, *eligible_throughout(facts, new), *ask(EXTEND, facts, new))


def walk_up_refusals(facts: Facts, slot: Slot) -> tuple[Reason, ...]:
    """Everything against starting unbooked, now."""
    return (*eligible_throughout(facts, slot), *ask(WALK_UP, facts, slot))


def ask_member(facts: Facts) -> tuple[Reason, ...]:
    """What stands against every slot, before one is chosen."""
    return _ask_general((*MEMBER, *CLASS), facts)


def class_refusals(facts: Facts, slot: Slot) -> tuple[Reason, ...]:
    """The CLASS rules, as far as none is set aside for the slot."""
    aside = set_aside(facts, slot)
    return _ask_general(tuple(rule for rule in CLASS if rule not in aside), facts)


def ask(rules: tuple[SlotRule, ...], facts: Facts, slot: Slot) -> tuple[Reason, ...]:
    aside = set_aside(facts, slot)
    return tuple(
        reason for rule in rules if rule not in aside and (reason := rule(facts, slot)) is not None
    )


def set_aside(facts: Facts, slot: Slot) -> frozenset[object]:
    """The rules that do not apply to the slot: it is last-minute, or in hours free of policy."""
    free, last_minute = facts.windows.free, facts.policy.last_minute
    if free and is_covered(free, facts.zone, slot):
        return FREE
    if last_minute is not None and is_last_minute(slot, _made_at(facts), last_minute):
        return LAST_MINUTE
    return NONE


def _made_at(facts: Facts) -> datetime:
    return facts.booked_at or facts.now


def _ask_general(rules: tuple[MemberRule, ...], facts: Facts) -> tuple[Reason, ...]:
    return tuple(reason for rule in rules if (reason := rule(facts)))


__all__ = [
    "CLASS",
    "CODES",
    "EXTEND",
    "GAP",
    "LENGTHEN",
    "MEMBER",
    "MOVE",
    "OVERRIDABLE",
    "QUOTAS",
    "SLOT",
    "WALK_UP",
    "Facts",
    "Slot",
    "ask",
    "ask_member",
    "class_refusals",
    "eligible_throughout",
    "extend_refusals",
    "is_late",
    "move_refusals",
    "needs_approval",
    "refusals",
    "set_aside",
    "walk_up_refusals",
]
