"""Who a minor says signs for them, until that person has answered. Judges nobody."""

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.utils.crypto import salted_hmac

from members.models.member import Member

LASTS = timedelta(days=30)  # without an answer; then the address is forgotten


def mark_of(email: str) -> str:
    """By which an address is known again once it is forgotten: 64 hex digits."""
    return salted_hmac("members.guardian", email.strip().lower(), algorithm="sha256").hexdigest()


class GuardianRequestQuerySet(models.QuerySet["GuardianRequest"]):
    def open(self, now: datetime) -> "GuardianRequestQuerySet":
        """What may still be answered."""
        return self.filter(state=GuardianRequest.State.OPEN, asked_at__gt=now - LASTS)


class GuardianRequest(models.Model):
    """Name and address are kept while it is open: the person asked may know nothing of it."""

    class State(models.TextChoices):
        OPEN = "open"
        CONFIRMED = "confirmed"
        DECLINED = "declined"
        WITHDRAWN = "withdrawn"  # another is named, or staff said who signs, or nobody answered

    ward = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="guardian_requests")
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)  # stands in the mail
    name = models.CharField(max_length=80, blank=True)
    email = models.EmailField(blank=True)
    mark = models.CharField(max_length=64)  # mark_of the address
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    asked_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)  # NULL: no mail went to that address
    answered_at = models.DateTimeField(null=True, blank=True)
    guardian = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )  # who said yes

    objects = GuardianRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["ward"],
                condition=models.Q(state="open"),
                name="members_one_open_guardian_request",
            )
        ]
        # how often one address was written to lately
        indexes = [models.Index(fields=["mark", "told_at"], name="members_guardian_told")]

    def __str__(self) -> str:
        return f"{self.ward} names a guardian"

    def is_open(self, now: datetime) -> bool:
        return self.state == self.State.OPEN and self.asked_at > now - LASTS

    @property
    def key(self) -> str:
        """Of the message that asks."""
        return f"guardian-asked:{self.pk}"
