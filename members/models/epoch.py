"""One number that moves whenever a grant may have ended, so that the gatekeeper looks again."""

from django.db import models
from django.db.models import F


class AccessEpoch(models.Model):
    """One row. Here, and not beside the gatekeeper, because the rooms that bump it know no taps."""

    number = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.number)

    @classmethod
    def bump(cls) -> None:
        """Call last in the transaction: on PostgreSQL taps wait for this row until it commits."""
        cls.objects.filter(pk=1).update(number=F("number") + 1)
