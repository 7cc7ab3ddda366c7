"""What this room forgets of a person: words and files. What they held, and when, stays."""

from datetime import datetime

from equipment.models import Attachment
from members.models import Member


def forget(*, member: Member, by: Member, now: datetime) -> None:
    """Notes, reasons and files about the member; what they reported of a machine stays."""
    member.certifications.update(note="", revoked_why="", set_aside="")
    member.suspensions.update(why="…")
    member.watches.all().delete()
    for row in Attachment.objects.filter(certification__member=member, removed_at=None):
        row.file.delete(save=False)
    Attachment.objects.filter(certification__member=member).delete()
