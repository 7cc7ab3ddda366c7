"""One machine is out of use for a while that is known beforehand; never a claim on its time."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q

from equipment.models.machine import Machine


class MachineClosureQuerySet(models.QuerySet["MachineClosure"]):
    def touching(self, starts: datetime, ends: datetime) -> "MachineClosureQuerySet":
        """Closures that share an instant with [starts, ends)."""
        return self.filter(starts__lt=ends, ends__gt=starts)


class MachineClosure(models.Model):
    """The machine is not to be booked for [starts, ends): a service visit, a course next door."""

    machine = models.ForeignKey(Machine, on_delete=models.CASCADE, related_name="closures")
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    reason = models.CharField(max_length=120)
    source = models.UUIDField(null=True, blank=True)  # of the outside calendar it was read from

    objects = MachineClosureQuerySet.as_manager()

    class Meta:
        ordering = ["starts"]
        # boards and rules: closures of a machine that touch a day
        indexes = [models.Index(fields=["machine", "ends"], name="equipment_closure_board")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gt=F("starts")), name="equipment_closure_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return self.reason
