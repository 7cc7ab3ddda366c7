"""Every table of the room, by noun."""

from equipment.models.certification import (
    Attachment,
    Certification,
    CertificationQuerySet,
    CertificationType,
    Level,
    Prerequisite,
    Suspension,
    TheoryPass,
)
from equipment.models.closure import MachineClosure
from equipment.models.feature import Feature
from equipment.models.lockout import FaultReport, Lockout, Mode
from equipment.models.machine import Machine
from equipment.models.shared import Shared
from equipment.models.tool_class import ToolClass
from equipment.models.watch import Watch

__all__ = [
    "Attachment",
    "Certification",
    "CertificationQuerySet",
    "CertificationType",
    "FaultReport",
    "Feature",
    "Level",
    "Lockout",
    "Machine",
    "MachineClosure",
    "Mode",
    "Prerequisite",
    "Shared",
    "Suspension",
    "TheoryPass",
    "ToolClass",
    "Watch",
]
