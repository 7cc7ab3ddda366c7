"""What one signs before using anything, by version, and who signed it. Judges nobody."""

from datetime import datetime

from django.db import models

from members.models.member import Member


class Document(models.Model):
    """A waiver, the house rules. Belongs to the organisation, not to a space."""

    name = models.CharField(max_length=40, unique=True)  # a machine's display tells it, too
    slug = models.SlugField(max_length=40, unique=True)
    guardian_signs = models.BooleanField(default=True)  # of a minor; else they may do it alone

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class DocumentVersionQuerySet(models.QuerySet["DocumentVersion"]):
    def newest(self) -> "DocumentVersionQuerySet":
        """The newest of each document: the only one that is still signed."""
        newer = DocumentVersion.objects.filter(
            document=models.OuterRef("document"), number__gt=models.OuterRef("number")
        )
        return self.filter(~models.Exists(newer)).select_related("document")


class DocumentVersion(models.Model):
    """The text as published; it never changes, because people have signed it."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    text = models.TextField()  # as members.prose reads it
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    required_from = models.DateTimeField()  # who has not signed by then is served no more

    objects = DocumentVersionQuerySet.as_manager()

    class Meta:
        ordering = ["document__name", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "number"], name="members_document_version_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.document} {self.number}"


class SignatureQuerySet(models.QuerySet["Signature"]):
    def counting(self) -> "SignatureQuerySet":
        return self.filter(set_aside_at=None)

    def by_minors_alone(self, now: datetime) -> "SignatureQuerySet":
        """Typed by a minor, or under a paper in their own name, where a guardian signs."""
        alone = models.Q(by=models.F("member")) | models.Q(
            on_paper=True, name__iexact=models.F("member__name")
        )
        guarded = self.counting().filter(version__document__guardian_signs=True)
        return guarded.filter(alone, member__in=Member.objects.minors(now))


class Signature(models.Model):
    """A member's consent to one version: typed by them or their guardian, or given on paper.

    What a minor signed alone is set aside: it stays on record, and is asked for again.
    """

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="signatures")
    version = models.ForeignKey(
        DocumentVersion, on_delete=models.PROTECT, related_name="signatures"
    )
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")  # who entered it
    name = models.CharField(max_length=80)  # as it was typed, or stands on the paper
    on_paper = models.BooleanField(default=False)
    note = models.CharField(max_length=120, blank=True)  # where the paper is kept
    signed_at = models.DateTimeField()
    set_aside_at = models.DateTimeField(null=True, blank=True)  # from then on it counts no more

    objects = SignatureQuerySet.as_manager()

    class Meta:
        ordering = ["-signed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "version"],
                condition=models.Q(set_aside_at=None),
                name="members_signature_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.version} signed for {self.member}"
