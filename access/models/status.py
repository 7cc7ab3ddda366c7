"""What the gatekeeper says of itself, for the staff page. Nothing is decided by it."""

from django.db import models


class GatekeeperStatus(models.Model):
    """One row per gatekeeper, by the name it connects with; written every few seconds."""

    name = models.CharField(max_length=40, unique=True)
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField()
    connected = models.BooleanField(default=False)
    connected_at = models.DateTimeField(null=True)  # since when, or until when, it was
    messages = models.PositiveBigIntegerField(default=0)  # these three since it started
    taps = models.PositiveBigIntegerField(default=0)
    dropped = models.PositiveBigIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "gatekeeper statuses"

    def __str__(self) -> str:
        return self.name
