"""Proof that a member may use a tool class: its kinds, and who holds one."""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
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
    disuse_days = models.PositiveSmallIntegerField(null=True, blank=True)  # unused as long: over
    # So long after its end a refresher will do: the theory and what it builds on are not asked.
    refresher_days = models.PositiveSmallIntegerField(default=0)
    needs_theory = models.BooleanField(default=False)  # a passed test, before it is given
    # The next session that gives it, written by the room that holds them: a refused tap names it.
    next_session_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)  # given no more

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Prerequisite(models.Model):
    """What one must hold before `type` is given. The arrows never come back to where they began."""

    type = models.ForeignKey(
        CertificationType, on_delete=models.CASCADE, related_name="prerequisites"
    )
    needs = models.ForeignKey(CertificationType, on_delete=models.CASCADE, related_name="+")
    level = models.PositiveSmallIntegerField(choices=Level.choices, default=Level.FULL)

    class Meta:
        ordering = ["needs__name"]
        constraints = [
            models.UniqueConstraint(fields=["type", "needs"], name="equipment_prerequisite_once"),
            models.CheckConstraint(
                condition=~Q(type=F("needs")), name="equipment_prerequisite_of_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} needs {self.needs}"


class CertificationQuerySet(models.QuerySet["Certification"]):
    def valid(self, at: datetime) -> "CertificationQuerySet":
        """Given, not yet expired and not revoked at `at`."""
        return self.filter(
            Q(until=None) | Q(until__gt=at),
            Q(idle_until=None) | Q(idle_until__gt=at),
            Q(revoked_at=None) | Q(revoked_at__gt=at),
            given_at__lte=at,
        )

    def certifying(self, at: datetime) -> "CertificationQuerySet":
        """Those whose holders may certify: valid at that level, never taken back, not suspended.

        What was taken back stays so, whatever a clock that was set back says.
        """
        suspended = Suspension.objects.standing(at).filter(
            member=OuterRef("member"), type=OuterRef("type")
        )
        high = self.valid(at).filter(level__gte=Level.MAY_CERTIFY, revoked_at=None)
        return high.filter(~Exists(suspended))


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
    # When it is over for want of use, moved on by each use; NULL: its type has no such rule.
    idle_until = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    set_aside = models.CharField(max_length=200, blank=True)  # why given though something lacked
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


class SuspensionQuerySet(models.QuerySet["Suspension"]):
    def standing(self, at: datetime) -> "SuspensionQuerySet":
        """Neither lifted nor over. What is known has begun, though a clock was set back since."""
        return self.filter(Q(until=None) | Q(until__gt=at), lifted_at=None)


class Suspension(models.Model):
    """For the time being a member may not use what a type stands for, whatever they hold."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="suspensions")
    type = models.ForeignKey(
        CertificationType, on_delete=models.PROTECT, related_name="suspensions"
    )
    why = models.CharField(max_length=120)  # told to the member
    mode = models.CharField(max_length=10, choices=Mode.choices, default=Mode.STOP)
    placed_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)  # NULL: until somebody lifts it
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = SuspensionQuerySet.as_manager()

    class Meta:
        ordering = ["since"]
        # the judge: what of one member was never lifted
        indexes = [
            models.Index(
                fields=["member"], condition=Q(lifted_at=None), name="equipment_suspension_judge"
            )
        ]

    def __str__(self) -> str:
        return f"{self.type} of {self.member}: {self.why}"


class TheoryPass(models.Model):
    """A member knows the theory of a type. Written by the room that asks the questions."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="theory_passes")
    type = models.ForeignKey(
        CertificationType, on_delete=models.PROTECT, related_name="theory_passes"
    )
    passed_at = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    given_by = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )  # NULL: by the test itself

    class Meta:
        ordering = ["passed_at"]
        indexes = [models.Index(fields=["member", "type"], name="equipment_theory_asked")]

    def __str__(self) -> str:
        return f"theory of {self.type}, {self.member}"


class Attachment(models.Model):
    """A file that belongs to a certification: the certificate of another space, a signed sheet."""

    certification = models.ForeignKey(
        Certification, on_delete=models.PROTECT, related_name="attachments"
    )
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=120)  # as it was called; shown, and never a path
    media_type = models.CharField(max_length=40)  # as its bytes say
    size = models.PositiveIntegerField()  # bytes
    file = models.FileField(upload_to="attachments/", max_length=120)
    added_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)  # the bytes are gone, the line stays

    class Meta:
        ordering = ["added_at"]

    def __str__(self) -> str:
        return self.name
