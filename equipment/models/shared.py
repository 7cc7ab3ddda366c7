"""What several machines share, so that they cannot all be used at once."""

from django.db import models
from django.db.models import Q

from equipment.models.machine import Machine


class Shared(models.Model):
    """One extractor for two lasers, a room for four: at most `capacity` of its machines at a time.

    With a capacity of 1 each machine blocks the others. Buffers count.
    """

    name = models.CharField(max_length=60, unique=True)
    capacity = models.PositiveSmallIntegerField(default=1)
    machines = models.ManyToManyField(Machine, related_name="shares")

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "shared"
        constraints = [
            models.CheckConstraint(
                condition=Q(capacity__gte=1), name="equipment_shared_has_capacity"
            ),
        ]

    def __str__(self) -> str:
        return self.name
