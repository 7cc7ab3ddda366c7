"""What a person must look at: raised once for one cause, cleared when over or seen to."""

from django.db import models
from django.db.models import Q

from access.models.device import Device
from members.models import Member


class Alarm(models.Model):
    """It stands until `cleared_at`. What it means and what to do is in access/troubles.py."""

    device = models.ForeignKey(
        Device, on_delete=models.PROTECT, null=True, related_name="alarms"
    )  # NULL: it is about the gatekeeper
    code = models.CharField(max_length=40)
    sid = models.CharField(max_length=40, blank=True)  # the session it is about, if any
    words = models.CharField(max_length=200)  # as it was told, for a code that is not known there
    raised_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)  # when staff were sent word, where that waited
    cleared_at = models.DateTimeField(null=True)
    cleared_by = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, related_name="+"
    )  # NULL: its cause was gone, or the same came again

    class Meta:
        ordering = ["-raised_at"]
        constraints = [
            # also serves the question which stand
            models.UniqueConstraint(
                fields=["device", "code", "sid"],
                condition=Q(cleared_at=None),
                name="access_alarm_once",
            ),
            models.UniqueConstraint(
                fields=["code"],
                condition=Q(device=None, cleared_at=None),
                name="access_alarm_once_of_gatekeeper",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.device or 'gatekeeper'}: {self.code}"
