"""The first day of a makerspace: a space, its administrator, a plan, and the usual tool classes.

What is there already is left as it is and said to be. Knows no command line.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Model, Q
from django.utils.text import slugify

from desk.starter import CERTIFICATIONS, KINDS, Kind
from equipment.models import CertificationType, ToolClass
from members.models import Member, Membership, OpeningHours, Plan, Role, Space
from members.models.space import Weekday, a_zone
from members.services import record, sign_up_to_plan

FULL = "Full"
ASK_STAFF = "Ask staff for the next induction"


class CannotStart(Exception):
    """Something given cannot be so; the text says what and how to write it."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a new space needs, checked. Without hours it is always open."""

    name: str
    slug: str
    zone: str
    hours: tuple[time, time] | None
    admin_name: str
    admin_email: str
    password: str | None  # None: the administrator sets one by mail
    plans: tuple[str, ...] = ()


def checked(
    *,
    name: str,
    slug: str,
    zone: str,
    hours: str,
    admin_name: str,
    admin_email: str,
    password: str | None,
    plans: Sequence[str] = (),
) -> Beginning:
    """What was typed, as it will be written. Raises CannotStart with the first thing wrong."""
    name, admin_name = _short(name, "space"), _short(admin_name, "administrator")
    slug = slug or slugify(name)[:40]
    if not slug or slug != slugify(slug) or len(slug) > 40:
        told = f"“{slug}” is no short name. Write --slug with a to z, 0 to 9 and “-”."
        raise CannotStart(told)
    email = admin_email.strip().lower()
    try:
        a_zone(zone)
        validate_email(email)
        if password is not None:
            validate_password(password, Member(name=admin_name, email=email))
    except ValidationError as error:
        raise CannotStart(" ".join(error.messages)) from error
    hours_read = _hours(hours)
    for plan in plans:
        if not slugify(plan) or len(plan) > 40:
            raise CannotStart(f"“{plan}” is no name for a plan. Write up to 40 characters.")
    return Beginning(name, slug, zone, hours_read, admin_name, email, password, tuple(plans))


def _short(name: str, whose: str) -> str:
    name = name.strip()
    if not 0 < len(name) <= 80:
        raise CannotStart(f"The name of the {whose} has 1 to 80 characters.")
    return name


def _hours(text: str) -> tuple[time, time] | None:
    if not text:
        return None
    opens, _dash, closes = text.partition("-")
    try:
        return time.fromisoformat(opens.strip()), time.fromisoformat(closes.strip())
    except ValueError as error:
        told = f"“{text}” are no hours. Write them like 08:00-22:00; 00:00-00:00 is the whole day."
        raise CannotStart(told) from error


@transaction.atomic
def begin(*, beginning: Beginning, now: datetime) -> list[str]:
    """Make what is missing of it; a line on each thing that was made, or was there."""
    told: list[str] = []
    space = _space(beginning, now, told)
    plan = _plans(beginning.plans, now, told)
    admin = _admin(beginning, space, now, told)
    _let_in(admin, beginning, told)
    if not Role.objects.filter(member=admin, kind=Role.Kind.ADMIN, space=None).exists():
        role = Role.objects.create(member=admin, kind=Role.Kind.ADMIN)
        _made("make_admin", role, now, admin)
        told.append(f"{admin.name} is an administrator of all spaces now.")
    if not Membership.objects.current(now).filter(member=admin).exists():
        sign_up_to_plan(member=admin, plan=plan, starts=now, until=None, by=None, now=now)
        told.append(f"{admin.name} is on the plan “{plan}” now.")
    return told


def _space(beginning: Beginning, now: datetime, told: list[str]) -> Space:
    space = Space.objects.filter(slug=beginning.slug).first()
    if space is not None:
        told.append(f"The space “{space}” ({space.slug}, {space.zone}) is there; left as it is.")
        return space
    space = Space.objects.create(name=beginning.name, slug=beginning.slug, zone=beginning.zone)
    if beginning.hours is not None:
        opens, closes = beginning.hours
        OpeningHours.objects.bulk_create(
            OpeningHours(space=space, weekday=day, opens=opens, closes=closes) for day in Weekday
        )
    _made("make_space", space, now)
    told.append(f"The space “{space}” ({space.slug}, {space.zone}) is made.")
    return space


def _plans(names: Sequence[str], now: datetime, told: list[str]) -> Plan:
    """Those asked for, or Full where there is none; the administrator goes on Full or the first."""
    for name in names or ([] if Plan.objects.exists() else [FULL]):
        slug = slugify(name)
        if not Plan.objects.filter(Q(slug=slug) | Q(name=name)).exists():
            _made("make_plan", Plan.objects.create(name=name, slug=slug), now)
            told.append(f"The plan “{name}” is made.")
    first: Plan = Plan.objects.filter(name=FULL).first() or Plan.objects.all()[0]
    return first


def _admin(beginning: Beginning, space: Space, now: datetime, told: list[str]) -> Member:
    email = beginning.admin_email
    admin = Member.objects.filter(email__iexact=email).first()
    if admin is not None:
        told.append(f"{admin.name} ({email}) is there; left as it is.")
        return admin
    admin = Member.objects.create_user(email, name=beginning.admin_name, space=space)
    _made("make_member", admin, now, admin)
    told.append(f"{admin.name} ({email}) is a member now.")
    return admin


def _let_in(admin: Member, beginning: Beginning, told: list[str]) -> None:
    """A confirmed address; and the password, if one was given."""
    has_primary = EmailAddress.objects.filter(user=admin, primary=True).exists()
    EmailAddress.objects.update_or_create(
        user=admin,
        email=beginning.admin_email,
        defaults={"verified": True},
        create_defaults={"verified": True, "primary": not has_primary},
    )
    if beginning.password is not None:
        admin.set_password(beginning.password)
        admin.save(update_fields=["password"])
        told.append("The password is set.")


@transaction.atomic
def make_classes(*, how_to_get: Mapping[str, str], now: datetime) -> list[str]:
    """The usual tool classes with their certifications; the names of those that were missing.

    `how_to_get` maps a certification's slug to the next step for one who lacks it.
    """
    for slug, (name, days) in CERTIFICATIONS.items():
        if not _is_there(CertificationType, slug, name):
            how = how_to_get.get(slug, ASK_STAFF)
            fields = {"slug": slug, "name": name, "how_to_get": how, "valid_days": days}
            _made("make_certification", CertificationType.objects.create(**fields), now)
    missing = [kind for kind in KINDS if not _is_there(ToolClass, kind.slug, kind.name)]
    for kind in missing:
        make_class(kind=kind, order=KINDS.index(kind), now=now)
    return [kind.name for kind in missing]


def make_class(*, kind: Kind, order: int, now: datetime) -> ToolClass:
    """One tool class; the certification it asks for must be there."""
    requires = None
    if kind.requires is not None:
        name, _days = CERTIFICATIONS[kind.requires]
        requires = CertificationType.objects.filter(Q(slug=kind.requires) | Q(name=name)).first()
    tool_class = ToolClass.objects.create(
        slug=kind.slug,
        name=kind.name,
        summary=kind.summary,
        order=order,
        requires=requires,
        **kind.policy,
    )
    _made("make_tool_class", tool_class, now)
    return tool_class


def _is_there(model: type[CertificationType] | type[ToolClass], slug: str, name: str) -> bool:
    return model.objects.filter(Q(slug=slug) | Q(name=name)).exists()


def _made(verb: str, subject: Model, now: datetime, whom: Member | None = None) -> None:
    record(
        actor=None,
        verb=verb,
        subject=subject,
        at=now,
        after={"is": str(subject)},
        on_behalf_of=whom,
    )
