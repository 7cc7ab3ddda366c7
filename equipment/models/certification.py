"""Proof that a member may use a tool class: its kinds, and who holds one."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from equipment.models.lockout import Mode
from members.models import Member


class Level(models.IntegerChoices):
    """How much a certification allows; a higher one includes the lower."""

    PROVISIONAL = 1, _("under supervision")
    FULL = 2, _("on one's own")
    MAY_CERTIFY = 3, _("may certify others")


class CertificationType(models.Model):
    """A kind of proof, such as “Laser”. Belongs to the organisation."""

    name = models.CharField(max_length=60, unique=True)
    slug = models.SlugField(max_length=40, unique=True)
    description = models.CharField(max_length=200, blank=True)
    how_to_get = models.CharField(
        max_length=120, blank=True
    )  # the next step for one who lacks it, as in “Marta's induction, Wednesdays 17:00”
    valid_days = models.PositiveSmallIntegerField(null=True, blank=True)  # NULL: does not expire

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class CertificationQuerySet(models.QuerySet["Certification"]):
    def valid(self, at: datetime) -> "CertificationQuerySet":
        """Given, not yet expired and not revoked at `at`."""
        return self.filter(
            Q(until=None) | Q(until__gt=at),
            Q(revoked_at=None) | Q(revoked_at__gt=at),
            given_at__lte=at,
        )


class Certification(models.Model):
    """One member's proof, [given_at, until), unless revoked. Rows are never deleted."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="certifications")
    type = models.ForeignKey(
        CertificationType, on_delete=models.PROTECT, related_name="certifications"
    )
    level = models.PositiveSmallIntegerField(choices=Level.choices, default=Level.FULL)
    given_by = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, related_name="certifications_given"
    )  # NULL: brought in by an import
    given_at = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    revoked_why = models.CharField(max_length=200, blank=True)
    revoked_mode = models.CharField(max_length=10, choices=Mode.choices, default=Mode.STOP)

    objects = CertificationQuerySet.as_manager()

    class Meta:
        ordering = ["given_at"]
        # the judge: what a member holds of one type
        indexes = [models.Index(fields=["member", "type"], name="equipment_certification_judge")]
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=F("given_at")),
                name="equipment_certification_ends_after_given",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} of {self.member}"
