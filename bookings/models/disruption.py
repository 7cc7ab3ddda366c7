"""A booking that cannot be kept as it is, through no fault of its member."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookings.models.booking import Booking
from equipment.models import Lockout, MachineClosure
from members.models import Closure, Member


class Disruption(models.Model):
    """What fell over a booking, or took its member's right to it; they are asked what to do."""

    class Answer(models.TextChoices):
        SIBLING = "sibling", _("moved to another machine")
        TIME = "time", _("moved to another time")
        RELEASED = "released", _("given back")
        PASSED = "passed", _("passed on to others")  # nobody answered by `release_at`
        OVER = "over", _("no longer in the way")  # the cause went away, or the time passed

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="disruptions")
    closure = models.ForeignKey(Closure, on_delete=models.SET_NULL, null=True, related_name="+")
    machine_closure = models.ForeignKey(
        MachineClosure, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    lockout = models.ForeignKey(Lockout, on_delete=models.SET_NULL, null=True, related_name="+")
    why = models.CharField(max_length=120)  # as it was when found
    found_at = models.DateTimeField()
    # The member's own: a membership that ends, a certification that runs out. None of the above.
    is_personal = models.BooleanField(default=False)
    reason = models.JSONField(default=dict, blank=True)  # the judge's, of one that is personal
    release_at = models.DateTimeField(null=True, blank=True)  # then the time goes to others
    answer = models.CharField(max_length=8, choices=Answer.choices, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["found_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["booking"],
                condition=Q(answered_at=None),
                name="bookings_disruption_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.booking}: {self.why}"
