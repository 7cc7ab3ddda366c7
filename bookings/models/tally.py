"""How often the bookings of a machine have changed; written by the database alone."""

from django.db import models

from equipment.models import Machine


class Tally(models.Model):
    """A machine without a row has never been booked. See bookings.counting."""

    machine = models.OneToOneField(Machine, on_delete=models.CASCADE, primary_key=True)
    changes = models.PositiveBigIntegerField()

    class Meta:
        verbose_name_plural = "tallies"

    def __str__(self) -> str:
        return f"{self.machine}: {self.changes}"
