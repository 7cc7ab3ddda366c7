"""Every table of the room, by noun."""

from members.models.badge import Badge
from members.models.change import Change
from members.models.epoch import AccessEpoch
from members.models.member import Hold, Member, Role
from members.models.membership import Membership, Plan
from members.models.space import Closure, OpeningHours, Space, StaffedHours

__all__ = [
    "AccessEpoch",
    "Badge",
    "Change",
    "Closure",
    "Hold",
    "Member",
    "Membership",
    "OpeningHours",
    "Plan",
    "Role",
    "Space",
    "StaffedHours",
]
