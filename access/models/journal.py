"""What a device did on its own, as it told afterwards, and whom its lists named. Only added to."""

from django.db import models

from access.models.device import Device
from members.models import Badge, Member


class JournalRow(models.Model):
    """One row, filed once. `doubt` is what a decision of that moment would have refused it for."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="journal")
    number = models.BigIntegerField()  # the device counts them without end
    boot = models.CharField(max_length=16)
    up = models.BigIntegerField()
    at = models.DateTimeField(null=True)  # by the device's clock; NULL: it did not know the time
    ev = models.CharField(max_length=24)
    badge = models.CharField(max_length=16, blank=True)  # as it stands in the device's lists
    sid = models.CharField(max_length=40, blank=True)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    list_seq = models.PositiveBigIntegerField(default=0)
    doubt = models.CharField(max_length=40, blank=True)
    filed_at = models.DateTimeField()

    class Meta:
        ordering = ["device", "number"]
        constraints = [
            models.UniqueConstraint(fields=["device", "number"], name="access_journal_row_once")
        ]

    def __str__(self) -> str:
        return f"{self.device} {self.number} {self.ev}"


class ListedBadge(models.Model):
    """A badge that stood in some list of a device, by its name there: who a row speaks of."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="listed_badges")
    h16 = models.CharField(max_length=16)
    badge = models.ForeignKey(Badge, on_delete=models.PROTECT, related_name="+")
    first_seq = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["device", "h16"], name="access_listed_badge_once")
        ]

    def __str__(self) -> str:
        return f"{self.device} {self.h16}"
