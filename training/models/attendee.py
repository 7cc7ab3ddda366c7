"""One member's place at an induction, or their place in the line for one; and how it went."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from equipment.models import Certification
from members.models import Member
from training.models.induction import Induction


class AttendeeQuerySet(models.QuerySet["Attendee"]):
    def seated(self) -> "AttendeeQuerySet":
        """Those that take up a seat."""
        return self.filter(state__in=Attendee.SEATED)

    def waiting(self) -> "AttendeeQuerySet":
        """In the order in which they are served."""
        return self.filter(state=Attendee.State.WAITING).order_by("asked_at", "pk")

    def open(self) -> "AttendeeQuerySet":
        return self.exclude(state=Attendee.State.CANCELLED)


class Attendee(models.Model):
    class State(models.TextChoices):
        SIGNED_UP = "signed-up", _("signed up")
        WAITING = "waiting", _("waiting")
        CANCELLED = "cancelled", pgettext_lazy("induction", "withdrawn")
        ATTENDED = "attended", _("present")
        ABSENT = "absent", _("absent")

    class Outcome(models.TextChoices):
        NONE = "", _("not said")
        PASSED = "passed", pgettext_lazy("induction", "passed")
        NOT_YET = "not-yet", _("not yet")

    SEATED = (State.SIGNED_UP, State.ATTENDED, State.ABSENT)

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    induction = models.ForeignKey(Induction, on_delete=models.PROTECT, related_name="attendees")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="inductions")
    state = models.CharField(max_length=10, choices=State.choices)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True)
    note = models.CharField(max_length=200, blank=True)
    certification = models.OneToOneField(
        Certification, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )  # what was given for it
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)  # when presence was last marked
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = AttendeeQuerySet.as_manager()

    class Meta:
        ordering = ["member__name", "pk"]
        constraints = [
            # who withdrew may come back, and then has a row for each time
            models.UniqueConstraint(
                fields=["induction", "member"],
                condition=~Q(state="cancelled"),
                name="training_attendee_once",
            ),
            models.CheckConstraint(
                condition=Q(outcome="") | Q(state="attended"),
                name="training_attendee_outcome_of_present",
            ),
            models.CheckConstraint(
                condition=Q(certification=None) | Q(outcome="passed"),
                name="training_attendee_certified_passed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} at {self.induction}"

    @property
    def has_certification(self) -> bool:
        """Whether what was given for it has not been taken back."""
        return self.certification is not None and self.certification.revoked_at is None
