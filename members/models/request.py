"""A member's wish to be on a plan, until staff have answered it."""

from django.db import models

from members.models.member import Member
from members.models.membership import Membership, Plan


class MembershipRequest(models.Model):
    """Open until `answered_at`; without a membership then, it was declined."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="plan_requests")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    membership = models.OneToOneField(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="request"
    )

    class Meta:
        ordering = ["asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["member"],
                condition=models.Q(answered_at=None),
                name="members_one_open_request",
            )
        ]

    def __str__(self) -> str:
        return f"{self.member} asks for {self.plan}"
