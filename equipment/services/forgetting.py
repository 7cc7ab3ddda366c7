"""What this room forgets of a person: words and files. What they held, and when, stays."""

from datetime import datetime
from functools import partial

from django.core.files.storage import default_storage
from django.db import transaction

from equipment.models import Attachment
from members.models import Member


def forget(*, member: Member, by: Member, now: datetime) -> None:
    """Notes, reasons and files about the member; what they reported of a machine stays."""
    member.certifications.update(note="", revoked_why="", set_aside="")
    member.suspensions.update(why="…")
    member.watches.all().delete()
    files = Attachment.objects.filter(certification__member=member)
    for name in files.filter(removed_at=None).values_list("file", flat=True):
        transaction.on_commit(partial(default_storage.delete, name))
    files.delete()
