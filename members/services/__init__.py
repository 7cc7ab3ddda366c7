"""What people do to people; each one thing, atomic, with one Change behind it."""

from members.services.badges import (
    badge_hash,
    issue_badge,
    normalise_badge,
    read_badge,
    revoke_badge,
)
from members.services.changes import record, record_all
from members.services.documents import publish_version
from members.services.holds import lift_hold, place_hold
from members.services.memberships import end_membership, sign_up_to_plan
from members.services.signing import sign, sign_on_paper

__all__ = [
    "badge_hash",
    "end_membership",
    "issue_badge",
    "lift_hold",
    "normalise_badge",
    "place_hold",
    "publish_version",
    "read_badge",
    "record",
    "record_all",
    "revoke_badge",
    "sign",
    "sign_on_paper",
    "sign_up_to_plan",
]
