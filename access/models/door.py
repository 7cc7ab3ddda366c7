"""Doors: who may come in when. A pulse and nothing else; the way out is free by mechanics."""

from django.db import models

from access.models.device import Device
from members.models import Plan, Space
from members.models.space import WeeklyStretch


class Door(models.Model):
    space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="doors")
    name = models.CharField(max_length=60)
    device = models.OneToOneField(
        Device, on_delete=models.PROTECT, null=True, blank=True, related_name="door"
    )
    pulse_ms = models.PositiveIntegerField(default=3000)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["space", "name"], name="access_door_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class DoorWindow(WeeklyStretch):
    """When members on a plan may come in; in the local time of the door's space."""

    door = models.ForeignKey(Door, on_delete=models.CASCADE, related_name="windows")
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="+")

    class Meta:
        ordering = ["plan__name", "weekday", "opens"]

    def __str__(self) -> str:
        return f"{self.door}: {self.plan} {self.weekday} {self.opens}-{self.closes}"
