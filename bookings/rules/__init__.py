"""May this booking be? PURE: frozen facts in, every reason against it out, at once.

The tuples are the policy, in the order a person is told. MEMBER rules hold for a whole page, CLASS
rules for every machine of a tool class, SLOT rules for one stretch of time. They know no database,
no clock and no words.
"""

from collections.abc import Callable

from bookings.rules.eligible import eligible_throughout
from bookings.rules.facts import Facts, Slot
from bookings.rules.member import signed_in, within_most_future
from bookings.rules.slot import (
    aligned,
    ends_after_start,
    even,
    free_now,
    long_enough,
    not_past,
    open_then,
    short_enough,
    soon_enough,
    space_not_closed,
    untaken,
    with_notice,
)
from equipment.reason import Reason

MemberRule = Callable[[Facts], Reason | None]
SlotRule = Callable[[Facts, Slot], Reason | None]

MEMBER: tuple[MemberRule, ...] = (signed_in,)
CLASS: tuple[MemberRule, ...] = (within_most_future,)
SLOT: tuple[SlotRule, ...] = (
    ends_after_start,
    not_past,
    aligned,
    even,
    long_enough,
    short_enough,
    soon_enough,
    with_notice,
    open_then,
    space_not_closed,
    untaken,
)
# What is left to ask where the start is a fact already, or is now.
EXTEND: tuple[SlotRule, ...] = (short_enough, open_then, space_not_closed, untaken)
WALK_UP: tuple[SlotRule, ...] = (open_then, space_not_closed, free_now)
# What is left to ask of a stretch known to be free and open.
GAP: tuple[SlotRule, ...] = (soon_enough, with_notice)


def refusals(facts: Facts, slot: Slot) -> tuple[Reason, ...]:
    """Everything against booking `slot`; empty means it may be booked."""
    general = ask_member(facts)
    return (*general, *eligible_throughout(facts, slot), *ask(SLOT, facts, slot))


def extend_refusals(facts: Facts, slot: Slot) -> tuple[Reason, ...]:
    """Everything against a running booking going on to the end of `slot`."""
    return (*eligible_throughout(facts, slot), *ask(EXTEND, facts, slot))


def walk_up_refusals(facts: Facts, slot: Slot) -> tuple[Reason, ...]:
    """Everything against starting unbooked, now."""
    return (*eligible_throughout(facts, slot), *ask(WALK_UP, facts, slot))


def ask_member(facts: Facts) -> tuple[Reason, ...]:
    return tuple(reason for rule in (*MEMBER, *CLASS) if (reason := rule(facts)))


def ask(rules: tuple[SlotRule, ...], facts: Facts, slot: Slot) -> tuple[Reason, ...]:
    return tuple(reason for rule in rules if (reason := rule(facts, slot)))


__all__ = [
    "CLASS",
    "EXTEND",
    "GAP",
    "MEMBER",
    "SLOT",
    "WALK_UP",
    "Facts",
    "Slot",
    "ask",
    "ask_member",
    "eligible_throughout",
    "extend_refusals",
    "refusals",
    "walk_up_refusals",
]
