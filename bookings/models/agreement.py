"""What stands beside a booking: answers to questions, and proposals to hand it over."""

import uuid

from django.db import models
from django.db.models import Q

from bookings.models.booking import Booking
from bookings.models.policy import Question
from members.models import Member


class Answer(models.Model):
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="answers")
    text = models.CharField(max_length=200)

    class Meta:
        ordering = ["question__order", "question"]
        constraints = [
            models.UniqueConstraint(fields=["booking", "question"], name="bookings_answer_once"),
        ]

    def __str__(self) -> str:
        return self.text


class HandOver(models.Model):
    """A member proposes to give a booking to another, perhaps for one of theirs in return.

    Nothing changes hands before the other accepts, and then the rules are asked for both.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="hand_overs")
    to = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="hand_overs")
    in_return = models.ForeignKey(
        Booking, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    proposed_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    accepted = models.BooleanField(default=False)

    class Meta:
        ordering = ["proposed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["booking"],
                condition=Q(answered_at=None),
                name="bookings_hand_over_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.booking} to {self.to}"
