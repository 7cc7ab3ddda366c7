"""Who may be at a claimed machine beside the one who claimed it: those who attend an induction."""

from django.db import models

from bookings.models.booking import Booking
from members.models import Member


class Participant(models.Model):
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="participants")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["booking", "member"], name="bookings_participant_once")
        ]

    def __str__(self) -> str:
        return f"{self.member} at {self.booking}"
