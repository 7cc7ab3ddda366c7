"""Where a booking may start: on the step, or at the times of the kind. PURE."""

from datetime import datetime

from bookings.rules.facts import Facts
from bookings.rules.local import align, align_to


def first_start(facts: Facts, at: datetime) -> datetime:
    """The first start at or after `at`, by the wall clock of the space."""
    policy = facts.policy
    if policy.start_times:
        return align_to(at, policy.start_times, facts.zone)
    return align(at, policy.step, facts.zone)
