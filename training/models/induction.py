"""One session at which people are shown a kind of machine, and may be certified at its end."""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from equipment.models import CertificationType, Level
from members.models import Member, Space


class InductionQuerySet(models.QuerySet["Induction"]):
    def coming(self, now: datetime) -> "InductionQuerySet":
        """Those that will take place and have not begun."""
        return self.filter(state=Induction.State.PLANNED, starts__gt=now)

    def whole(self) -> "InductionQuerySet":
        """With what every page tells of one."""
        return self.select_related("space", "type", "needs", "certifier")


class Induction(models.Model):
    """[starts, ends) in one space. Its machines are bookings of purpose induction, in `group`."""

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        CANCELLED = "cancelled", _("cancelled")
        HELD = "held", _("held")

    LEVELS = (Level.PROVISIONAL, Level.FULL)  # only the desk makes people certifiers

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    group = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="inductions")
    type = models.ForeignKey(CertificationType, on_delete=models.PROTECT, related_name="inductions")
    level = models.PositiveSmallIntegerField(choices=Level.choices, default=Level.FULL)
    needs = models.ForeignKey(
        CertificationType, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )  # what one must hold already; NULL: nothing
    certifier = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="inductions_given")
    is_refresher = models.BooleanField(default=False)  # for who held it not long ago
    title = models.CharField(max_length=80)
    notes = models.TextField(max_length=1000, blank=True)  # what to bring, where to meet
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    capacity = models.PositiveSmallIntegerField()
    minimum = models.PositiveSmallIntegerField(default=0)  # fewer: it does not take place
    closes_at = models.DateTimeField()  # the last moment to sign up, and when the minimum counts
    cancel_until = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    confirmed_at = models.DateTimeField(null=True, blank=True)  # enough had signed up in time
    ended_at = models.DateTimeField(null=True, blank=True)  # cancelled, or held and finished
    created_at = models.DateTimeField()
    sequence = models.PositiveIntegerField(default=0)  # of its times: each is told once

    objects = InductionQuerySet.as_manager()

    class Meta:
        ordering = ["starts", "pk"]
        indexes = [
            # the list of what comes, and the reminders
            models.Index(fields=["state", "starts"], name="training_induction_coming"),
            # the next one that gives a certification
            models.Index(fields=["type", "starts"], name="training_induction_next"),
            # whose minimum is due
            models.Index(
                fields=["closes_at"],
                condition=Q(state="planned", confirmed_at=None),
                name="training_induction_due",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gt=F("starts")), name="training_induction_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(closes_at__lte=F("starts"), cancel_until__lte=F("starts")),
                name="training_induction_settled_by_start",
            ),
            models.CheckConstraint(
                condition=Q(capacity__gte=1, minimum__lte=F("capacity")),
                name="training_induction_has_seats",
            ),
        ]

    def __str__(self) -> str:
        return self.title
