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


class BrokerStatus(models.Model):
    """One row: what the last round of setting the broker right found, did and could not do."""

    checked_at = models.DateTimeField(null=True)  # when it was last as it should be
    tried_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=200, blank=True)  # of the last try
    foreign = models.JSONField(default=list)  # clients that others made there, by name
    mended = models.JSONField(default=list)  # the newest differences nobody asked for
    mended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "broker statuses"
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="access_broker_status_one")
        ]

    def __str__(self) -> str:
        return self.trouble or "as it should be"
