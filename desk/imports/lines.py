"""The judged rows of each kind of file."""

from dataclasses import dataclass
from datetime import date, datetime

from equipment.models import CertificationType, Level, Machine, ToolClass
from members.models import Plan, Space


@dataclass(frozen=True, slots=True)
class MemberLine:
    number: int
    name: str
    email: str  # "" for none, as with every str here
    badge: str  # normalised
    plan: Plan | None
    starts: datetime | None
    until: datetime | None
    language: str
    guardian: str  # a mail address
    adult_from: date | None  # of a minor: a day to come
    space: Space | None


@dataclass(frozen=True, slots=True)
class MachineLine:
    number: int
    name: str
    slug: str
    space: Space
    tool_class: ToolClass
    place: str
    notes: str
    drawing: Machine.Drawing | None
    feedback: Machine.Feedback | None
    run_above_ma: int | None
    idle_seconds: int | None
    finish_fixed_seconds: int | None
    risk: ToolClass.Risk | None  # of its kind, and so of every machine of that


@dataclass(frozen=True, slots=True)
class CertificationLine:
    number: int
    member_id: int
    type: CertificationType
    level: Level | None
    given: datetime | None
    until: datetime | None
