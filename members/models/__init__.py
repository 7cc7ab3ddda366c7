"""Every table of the room, by noun."""

from members.models.badge import Badge
from members.models.change import Change
from members.models.document import Document, DocumentVersion, Signature
from members.models.epoch import AccessEpoch
from members.models.guardian import GuardianRequest
from members.models.member import Hold, Member, Role
from members.models.membership import Membership, Plan
from members.models.pause import Pause
from members.models.request import MembershipRequest
from members.models.space import Closure, OpeningHours, Space, StaffedHours
from members.models.visit import DayPass, Guest

__all__ = [
    "AccessEpoch",
    "Badge",
    "Change",
    "Closure",
    "DayPass",
    "Document",
    "DocumentVersion",
    "Guest",
    "GuardianRequest",
    "Hold",
    "Member",
    "Membership",
    "MembershipRequest",
    "OpeningHours",
    "Pause",
    "Plan",
    "Role",
    "Signature",
    "Space",
    "StaffedHours",
]
