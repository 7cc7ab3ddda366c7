"""What a person must look at at a device: raised once for one cause, cleared when it is over."""

from django.db import models
from django.db.models import Q

from access.models.device import Device


class Alarm(models.Model):
    """It stands until `cleared_at`. What it means and what to do is in access/troubles.py."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="alarms")
    code = models.CharField(max_length=40)
    sid = models.CharField(max_length=40, blank=True)  # the session it is about, if any
    words = models.CharField(max_length=200)  # as it was told, for a code that is not known there
    raised_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-raised_at"]
        constraints = [
            # also serves the question which stand
            models.UniqueConstraint(
                fields=["device", "code", "sid"],
                condition=Q(cleared_at=None),
                name="access_alarm_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.device}: {self.code}"
