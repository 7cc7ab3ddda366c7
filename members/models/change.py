"""Who changed what, for whom, and what it was before. Written by services, never edited."""

from django.db import models

from members.models.member import Member


class Change(models.Model):
    actor = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, related_name="changes_made"
    )  # NULL: Benchkey itself, as when a no-show lapses
    on_behalf_of = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, related_name="changes_for"
    )
    verb = models.CharField(max_length=40)  # the service's name: book, certify, lock_out
    subject_kind = models.CharField(max_length=40)  # the model's label: bookings.Booking
    subject_id = models.BigIntegerField()
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        indexes = [
            # the history of one thing
            models.Index(fields=["subject_kind", "subject_id", "at"], name="members_change_of"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_kind} {self.subject_id}"
