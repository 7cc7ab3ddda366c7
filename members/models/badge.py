"""The credential a member taps with. The number itself is never stored in the clear."""

from django.db import models
from django.db.models import Q

from members.models.member import Member


class Badge(models.Model):
    """One badge of one member."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="badges")
    number_hash = models.BinaryField(max_length=32)  # HMAC-SHA256(pepper, number), for look-up
    number_sealed = models.BinaryField()  # AES-GCM; opened only to build offline lists
    hint = models.CharField(max_length=4)  # the last characters, for people to tell badges apart
    issued_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["issued_at"]
        indexes = [
            # the tap again: whether a badge that is nobody's was somebody's
            models.Index(
                fields=["number_hash"],
                condition=Q(revoked_at__isnull=False),
                name="members_badge_revoked",
            ),
        ]
        constraints = [
            # also the index of the tap: one number opens for one person at a time
            models.UniqueConstraint(
                fields=["number_hash"],
                condition=Q(revoked_at=None),
                name="members_badge_once",
            ),
        ]

    def __str__(self) -> str:
        return f"…{self.hint}"
