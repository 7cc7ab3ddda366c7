"""Rules that ask about the member only. PURE."""

from bookings.rules.facts import Facts
from equipment.reason import Reason


def signed_in(facts: Facts) -> Reason | None:
    """A booking is somebody's."""
    return Reason("sign-in") if facts.judge is None else None


def within_most_future(facts: Facts) -> Reason | None:
    """At most so many bookings of one tool class lie ahead at one time."""
    limit = facts.policy.most_future
    if limit is None:
        return None
    ahead = [
        own
        for own in facts.own
        if own.tool_class_id == facts.policy.tool_class_id
        and own.stands
        and own.counts
        and own.starts > facts.now
    ]
    if len(ahead) < limit:
        return None
    first = min((own.starts for own in ahead), default=None)
    params = {"count": len(ahead), "limit": limit, "tool_class": facts.policy.tool_class}
    return Reason("most-future", params | {"first": first})
