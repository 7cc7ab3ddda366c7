"""What one signs up to, and who is on it from when until when."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.models.member import Member


class Plan(models.Model):
    """What one signs up to. Belongs to the organisation, not to a space."""

    class Kind(models.TextChoices):
        REGULAR = "regular", _("regular")
        TRIAL = "trial", _("trial")  # had once, then another plan
        DAY = "day", _("day pass")  # one day at a time, out of passes given before

    class Joining(models.TextChoices):
        STAFF = "staff", _("staff sign people up")
        ASK = "ask", _("members ask, staff confirm")
        SELF = "self", _("members start it themselves")

    name = models.CharField(max_length=60, unique=True)
    slug = models.SlugField(max_length=40, unique=True)
    description = models.CharField(max_length=200, blank=True)
    months = models.PositiveSmallIntegerField(null=True, blank=True)  # NULL: until cancelled
    joining = models.CharField(max_length=8, choices=Joining.choices, default=Joining.STAFF)
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.REGULAR)
    overdue_days = models.PositiveSmallIntegerField(default=0)  # served on after a term ran out
    renews_itself = models.BooleanField(default=False)  # members renew a term without staff
    pause_days = models.PositiveSmallIntegerField(default=0)  # a calendar year at most; 0: never
    guests_a_month = models.PositiveSmallIntegerField(default=0)  # visits, however many people
    retired_at = models.DateTimeField(null=True, blank=True)  # nobody is signed up to it any more

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self, at: datetime) -> "MembershipQuerySet":
        return self.filter(Q(until=None) | Q(until__gt=at), starts__lte=at)


class Membership(models.Model):
    """A member on a plan for [starts, until); NULL until is open-ended.

    A term that runs out at `due` is tolerated until `until`: overdue in between, lapsed after.
    """

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="memberships")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="memberships")
    starts = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    due = models.DateTimeField(null=True, blank=True)  # NULL: at `until`, without tolerance
    ended_at = models.DateTimeField(null=True, blank=True)  # when somebody ended it, or changed it
    ended_why = models.CharField(max_length=200, blank=True)
    # A change of plan: the one it takes over from, which keeps what its ends would have been, so
    # that a change which has not begun can be taken back.
    follows = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="followed_by"
    )
    uncut_due = models.DateTimeField(null=True, blank=True)
    uncut_until = models.DateTimeField(null=True, blank=True)

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
            models.CheckConstraint(
                condition=Q(due=None) | Q(due__lte=F("until")),
                name="members_membership_due_by_its_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} on {self.plan}"
