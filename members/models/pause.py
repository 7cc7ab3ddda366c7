"""A stretch for which a membership rests: no machine opens, and a term ends so much later."""

from django.db import models
from django.db.models import F, Q

from members.models.member import Member
from members.models.membership import Membership


class Pause(models.Model):
    """[starts, until). One that is taken back before it began is called off, and counts nowhere."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="pauses")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="pauses")
    starts = models.DateTimeField()
    until = models.DateTimeField()
    why = models.CharField(max_length=120, blank=True)
    asked_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    called_off_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["starts"]
        # the judge: the pauses of one member that count
        indexes = [
            models.Index(
                fields=["member"], condition=Q(called_off_at=None), name="members_pause_judge"
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__gt=F("starts")), name="members_pause_ends_after_start"
            )
        ]

    def __str__(self) -> str:
        return f"{self.member} pauses"
