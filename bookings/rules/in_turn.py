"""Several bookings asked for at once: each is judged as if those before it stood already. PURE."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bookings.rules import move_refusals, refusals
from bookings.rules.facts import Facts, Own, Shared, Slot, Taken
from bookings.rules.weights import counts, peak_extra
from equipment.reason import Reason


@dataclass(frozen=True, slots=True)
class Wish:
    """One of several; a skipped one is judged, and stands in no other's way.

    `old` is where it stands now, for a move; the facts leave it out.
    """

    facts: Facts
    slot: Slot
    old: Slot | None = None
    skipped: bool = False


def in_turn(wishes: Iterable[Wish]) -> list[tuple[Reason, ...]]:
    """What stands against each, so that quotas count the earlier ones of the same wish."""
    placed: list[Wish] = []
    answers = []
    for wish in wishes:
        reasons = _against(beside(wish.facts, placed), wish)
        answers.append(reasons)
        if not reasons and not wish.skipped:
            placed.append(wish)
    return answers


def _against(facts: Facts, wish: Wish) -> tuple[Reason, ...]:
    if wish.old is not None:
        return move_refusals(facts, wish.old, wish.slot)
    return refusals(facts, wish.slot)


def beside(facts: Facts, placed: Iterable[Wish]) -> Facts:
    """The facts once those stand, too."""
    own = [_own(wish) for wish in placed]
    if not own:
        return facts
    on_it = [_taken(wish) for wish in placed if wish.facts.machine_slug == facts.machine_slug]
    return replace(
        facts,
        own=tuple(sorted((*facts.own, *own), key=lambda one: one.starts)),
        taken=tuple(sorted((*facts.taken, *on_it), key=lambda one: one.starts)),
        shared=tuple(_shared(shared, facts, placed) for shared in facts.shared),
    )


def _own(wish: Wish) -> Own:
    facts, policy, slot = wish.facts, wish.facts.policy, wish.slot
    booked_at = facts.booked_at or facts.now
    return Own(
        policy.tool_class_id,
        slot.starts,
        slot.ends,
        machine_id=facts.machine_id,
        counts=counts(slot, booked_at, policy.last_minute, facts.windows.free, facts.zone),
        peak=peak_extra(facts.windows, facts.zone, slot),
    )


def _taken(wish: Wish) -> Taken:
    return Taken(wish.slot.starts, wish.slot.ends + wish.facts.policy.buffer)


def _shared(shared: Shared, facts: Facts, placed: Iterable[Wish]) -> Shared:
    """What other machines of those will draw from it, too."""
    drawing = [
        _taken(wish)
        for wish in placed
        if wish.facts.machine_slug != facts.machine_slug
        and any(other.name == shared.name for other in wish.facts.shared)
    ]
    return replace(shared, taken=(*shared.taken, *drawing)) if drawing else shared
