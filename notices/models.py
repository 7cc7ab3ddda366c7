"""The outbox: what is to be told to whom, written in the transaction that makes it true."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Outbox(models.Model):
    """One message to one person, sent at least once by the worker, and never twice posted."""

    to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="messages"
    )
    kind = models.CharField(max_length=40)  # names the templates: email/<kind>.{subject,txt,html}
    key = models.CharField(max_length=120, unique=True)  # one fact is posted once, however often
    context = models.JSONField(default=dict)
    at = models.DateTimeField()  # not before
    posted_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)  # given up: no address, or too many tries
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name_plural = "outbox"
        indexes = [
            # the worker: what is due and unsent
            models.Index(
                fields=["at"],
                condition=Q(sent_at=None, dropped_at=None),
                name="notices_outbox_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.to_id}"
