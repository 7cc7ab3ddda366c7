"""What stands beside a booking: answers to questions, and proposals to hand it over."""

import uuid
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, Q

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


class HandOverQuerySet(models.QuerySet["HandOver"]):
    def standing(self, now: datetime) -> "HandOverQuerySet":
        """Not answered, and about bookings that have neither begun nor changed since."""
        rows = self.filter(answered_at=None, **_unchanged("booking", now))
        return rows.filter(Q(in_return=None) | Q(**_unchanged("in_return", now)))

    def whole(self) -> "HandOverQuerySet":
        """With all that a page or a service says about both bookings."""
        return self.select_related("to", *_all_of("booking"), *_all_of("in_return"))


def _unchanged(which: str, now: datetime) -> dict[str, Any]:
    return {
        f"{which}__state": Booking.State.CONFIRMED,
        f"{which}__starts__gt": now,
        f"{which}__updated_at__lte": F("proposed_at"),
    }


def _all_of(which: str) -> list[str]:
    return [
        f"{which}__member",
        f"{which}__machine__space",
        f"{which}__machine__tool_class__requires",
    ]


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

    objects = HandOverQuerySet.as_manager()

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

    @property
    def bookings(self) -> list[Booking]:
        return [self.booking, *([self.in_return] if self.in_return else [])]

    @property
    def version(self) -> str:
        """Of the bookings concerned: whoever accepts has seen these and no later ones."""
        return "-".join(str(booking.sequence) for booking in self.bookings)
