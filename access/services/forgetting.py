"""What this room forgets of a person: badges seen and not yet bound. Its log holds numbers only."""

from datetime import datetime

from access.models import Candidate, MaintenanceGrant
from members.models import Member


def forget(*, member: Member, by: Member, now: datetime) -> None:
    Candidate.objects.filter(assigned_to=member).delete()
    MaintenanceGrant.objects.filter(member=member).update(why="…")
