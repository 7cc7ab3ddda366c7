"""The leave to mend that stands at a machine, for pages."""

from datetime import datetime

from django.db.models import QuerySet

from access.models import MaintenanceGrant
from equipment.models import Machine


def leaves_at(machine: Machine, now: datetime) -> QuerySet[MaintenanceGrant]:
    """With whom it was given to and by, the newest first."""
    standing = MaintenanceGrant.objects.filter(machine=machine, withdrawn_at=None, until__gt=now)
    return standing.select_related("member", "given_by")
