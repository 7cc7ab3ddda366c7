"""A member: the person, who is also the one that signs in."""

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from members.models.space import Space
from members.names import shorten


class MemberManager(BaseUserManager["Member"]):
    def create_user(
        self, email: str | None = None, password: str | None = None, **fields: Any
    ) -> "Member":
        member = self.model(email=email.strip().lower() if email else None, **fields)
        member.set_password(password)
        member.save(using=self._db)
        return member

    def with_roles(self, pk: Any) -> "Member | None":
        """One member and their roles in one statement: nearly every page asks for both."""
        rows = list(self.filter(pk=pk).annotate(kind=F("roles__kind"), where=F("roles__space")))
        for member in rows[:1]:
            member._role_rows = [
                Role(member=member, kind=row.kind, space_id=row.where)
                for row in rows
                if row.kind and member.is_active
            ]
        return rows[0] if rows else None

    def minors(self, now: datetime) -> "models.QuerySet[Member]":
        """Who is_minor at `now`."""
        wards = Q(adult_from=None, guardian__isnull=False)
        return self.filter(wards | Q(adult_from__gt=now.date()))

    def get_by_natural_key(self, username: str | None) -> "Member":
        return self.get(email__iexact=username)


class Member(AbstractBaseUser):
    """A person. One without mail has a badge and, if a minor, a guardian."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=80)
    email = models.EmailField(_("e-mail"), unique=True, null=True, blank=True)
    language = models.CharField(max_length=8, default="en")
    space = models.ForeignKey(
        Space, on_delete=models.PROTECT, null=True, blank=True, related_name="members"
    )  # the home space; NULL until chosen
    guardian = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="wards"
    )
    # the day one comes of age, and nothing else about an age; NULL: grown up, or a guardian's ward
    # until staff say otherwise
    adult_from = models.DateField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)
    invited_at = models.DateTimeField(null=True, blank=True)  # last asked to sign in
    anonymised_at = models.DateTimeField(null=True, blank=True)
    # since they signed up by themselves, until they show that the address is theirs; staff's own
    # entries and imports have nothing to confirm
    unconfirmed_since = models.DateTimeField(null=True, blank=True)
    pin_hash = models.BinaryField(max_length=32, null=True)  # HMAC under the pepper; NULL: none

    objects = MemberManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    _roles_rest = False

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="members_email_once"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    @property
    def short_name(self) -> str:
        return shorten(self.name)

    @property
    def initials(self) -> str:
        words = self.name.split() or ["?"]
        return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()

    def is_minor(self, now: datetime) -> bool:
        """Whether a guardian signs for them; the day is that of UTC, for everybody alike."""
        if self.adult_from is None:
            return self.guardian_id is not None
        return self.adult_from > now.date()

    def has_role(self, space: Space | None, kinds: Collection[str]) -> bool:
        """Whether a role of `kinds` covers `space`; None asks for any space at all."""
        return any(
            role.kind in kinds and (space is None or role.space_id in (None, space.pk))
            for role in self._roles
        )

    def has_role_everywhere(self, kinds: Collection[str]) -> bool:
        """Whether one role of `kinds` covers all spaces, those to come included."""
        return any(role.kind in kinds and role.space_id is None for role in self._roles)

    def rest_roles(self) -> None:
        """Let no role count in this request: its second factor was not shown."""
        self._roles_rest = True

    @property
    def roles_rest(self) -> bool:
        """Whether there are roles that would count, had the second factor been shown."""
        return self._roles_rest and bool(self._all_roles)

    @property
    def _roles(self) -> list["Role"]:
        return [] if self._roles_rest else self._all_roles

    @property
    def _all_roles(self) -> list["Role"]:
        if not hasattr(self, "_role_rows"):
            self._role_rows = list(self.roles.all()) if self.is_active else []
        return self._role_rows


class Role(models.Model):
    """What a member may do for others, in one space or (NULL) in all."""

    class Kind(models.TextChoices):
        ADMIN = "admin", _("admin")  # everything, roles included
        STAFF = "staff", _("staff")  # people, certifications, bookings, lockouts
        MAINTAINER = "maintainer", _("maintainer")  # lockouts and maintenance grants

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="roles")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, null=True, blank=True)
    kind = models.CharField(max_length=12, choices=Kind.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "space", "kind"], name="members_role_once"),
            # NULL differs from NULL, so a role in all spaces needs a constraint of its own
            models.UniqueConstraint(
                fields=["member", "kind"],
                condition=Q(space=None),
                name="members_role_everywhere_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member} {self.kind}"


class HoldQuerySet(models.QuerySet["Hold"]):
    def standing(self, at: datetime) -> "HoldQuerySet":
        """Holds that count at `at`; one without `until` counts until it is lifted."""
        return self.filter(
            Q(until=None) | Q(until__gt=at), Q(lifted_at=None) | Q(lifted_at__gt=at), since__lte=at
        )


class Hold(models.Model):
    """A reason not to serve a member now, with what lifts it."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="holds")
    reason = models.CharField(max_length=120)  # told to the member
    remedy = models.CharField(max_length=120)  # what to do next, told to the member
    placed_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)
    # the one that is to be signed; signing it lifts the hold
    document = models.ForeignKey("Document", on_delete=models.PROTECT, null=True, blank=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        # the judge: the holds of one member that were never lifted
        indexes = [
            models.Index(
                fields=["member"], condition=Q(lifted_at=None), name="members_hold_standing"
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "document"],
                condition=Q(lifted_at=None, document__isnull=False),
                name="members_hold_document_once",
            )
        ]

    def __str__(self) -> str:
        return self.reason
