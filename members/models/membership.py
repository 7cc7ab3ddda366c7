"""What one signs up to, and who is on it from when until when."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.models.member import Member


class Plan(models.Model):
    """What one signs up to. Belongs to the organisation, not to a space."""

    class Joining(models.TextChoices):
        STAFF = "staff", _("staff sign people up")
        ASK = "ask", _("members ask, staff confirm")
        SELF = "self", _("members start it themselves")

    name = models.CharField(max_length=60, unique=True)
    slug = models.SlugField(max_length=40, unique=True)
    description = models.CharField(max_length=200, blank=True)
    months = models.PositiveSmallIntegerField(null=True, blank=True)  # NULL: until cancelled
    joining = models.CharField(max_length=8, choices=Joining.choices, default=Joining.STAFF)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self, at: datetime) -> "MembershipQuerySet":
        return self.filter(Q(until=None) | Q(until__gt=at), starts__lte=at)


class Membership(models.Model):
    """A member on a plan for [starts, until); NULL until is open-ended."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="memberships")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="memberships")
    starts = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["starts"]
        # the judge: a member's stretches that end after an instant
        indexes = [models.Index(fields=["member", "until"], name="members_membership_judge")]
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=F("starts")),
                name="members_membership_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} on {self.plan}"
