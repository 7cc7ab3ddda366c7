"""Feeds: the secret addresses under which calendar apps read bookings."""

from django.db import models
from django.db.models import Q

from members.models import Member


class Feed(models.Model):
    """One private address of one member."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="feeds")
    token = models.CharField(max_length=43, unique=True)  # 256 random bits, base64url
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    fetched_at = models.DateTimeField(null=True, blank=True)  # written at most hourly

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member"], condition=Q(revoked_at=None), name="calendars_feed_one_live"
            ),
        ]

    def __str__(self) -> str:
        return f"feed of {self.member}"
