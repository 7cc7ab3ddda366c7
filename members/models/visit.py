"""Days without a term: passes for single days, and guests whom a member brings along."""

from django.db import models
from django.db.models import Q

from members.models.member import Member
from members.models.membership import Membership, Plan
from members.models.space import Space


class DayPass(models.Model):
    """One day, to be chosen. Used, it is a membership of its plan from midnight to midnight."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="day_passes")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    given_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    given_at = models.DateTimeField()
    expires = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    membership = models.OneToOneField(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="day_pass"
    )

    class Meta:
        ordering = ["given_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(used_at=None, membership=None)
                | Q(used_at__isnull=False, membership__isnull=False),
                name="members_day_pass_used_for_a_day",
            )
        ]

    def __str__(self) -> str:
        return f"{self.plan} for {self.member}"


class Guest(models.Model):
    """Somebody a member answers for while they are in the space. Opens no machine."""

    host = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="guests")
    space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="guests")
    name = models.CharField(max_length=80)
    came_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)
    entered_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-came_at"]
        indexes = [models.Index(fields=["host", "came_at"], name="members_guest_counted")]

    def __str__(self) -> str:
        return f"{self.name}, guest of {self.host}"
