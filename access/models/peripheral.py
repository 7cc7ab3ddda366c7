"""What runs with machines, such as an extractor. It follows them and runs on for a while."""

from django.db import models

from access.models.device import Device
from equipment.models import Machine


class Peripheral(models.Model):
    """On while a session of one of its machines is on, and `run_on_seconds` longer."""

    name = models.CharField(max_length=60)
    device = models.OneToOneField(Device, on_delete=models.PROTECT, related_name="peripheral")
    machines = models.ManyToManyField(Machine, related_name="peripherals")
    run_on_seconds = models.PositiveIntegerField(default=60)

    # what it was last given: one run, renewed by its own states as every session is
    sid = models.CharField(max_length=24, blank=True)
    boot = models.CharField(max_length=16, blank=True)
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
