"""Who wants to hear of a machine: once, when it is fixed or free."""

from django.db import models

from equipment.models.machine import Machine
from members.models import Member


class Watch(models.Model):
    """One member's wish about one machine; gone when it is told."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="watches")
    machine = models.ForeignKey(Machine, on_delete=models.CASCADE, related_name="watches")
    since = models.DateTimeField()

    class Meta:
        constraints = [
            # also serves the look-up of a machine's watches
            models.UniqueConstraint(fields=["machine", "member"], name="equipment_watch_once"),
        ]

    def __str__(self) -> str:
        return f"{self.member} watches {self.machine}"
