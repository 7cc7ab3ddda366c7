"""What is asked of a booking that has to make way, and goes to another time or machine. PURE.

Everything that is asked of any booking, but for notice: its member did not choose the hour in
which a machine broke.
"""

from bookings.rules import refusals
from bookings.rules.facts import Facts, Slot
from equipment.reason import Reason

NOTICE = frozenset({"too-little-notice", "too-late-to-move"})


def displaced_refusals(facts: Facts, slot: Slot) -> tuple[Reason, ...]:
    """Everything against `slot` in place of the booking that stands in the way of a closure."""
    return tuple(reason for reason in refusals(facts, slot) if reason.code not in NOTICE)
