"""Telling members in time that a certification ends, by its date or for want of use."""

from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q

from equipment.models import Certification, CertificationQuerySet
from notices.leads import lead, reminder_key
from notices.services import post

LEADS = (timedelta(days=30), timedelta(days=7))


def remind_of_certifications(now: datetime) -> None:
    """Post one reminder per lead to everyone whose last proof of a type ends soon."""
    for held in _ending(now, now + max(LEADS)):
        if held.until and (each := lead(held.until - now, LEADS)):
            post(
                to=held.member,
                kind="certification-expiring",
                key=reminder_key("certification", held.pk, held.until, each),
                context={
                    "certification": held.type.name,
                    "until": held.until.isoformat(),
                    "how": held.type.how_to_get,
                },
                at=now,
            )


def remind_of_disuse(now: datetime) -> None:
    """Post one reminder per lead to everyone whose last proof of a type ends unless it is used."""
    for held in _idling(now, now + max(LEADS)):
        if held.idle_until and (each := lead(held.idle_until - now, LEADS)):
            post(
                to=held.member,
                kind="certification-idle",
                key=reminder_key("certification-idle", held.pk, held.idle_until, each),
                context={
                    "certification": held.type.name,
                    "until": held.idle_until.isoformat(),
                    "days": held.type.disuse_days or 0,
                },
                at=now,
            )


def _ending(now: datetime, horizon: datetime) -> list[Certification]:
    """Valid ones that end by `horizon` with none of their type, as high, to follow."""
    longer = _others().filter(Q(until=None) | Q(until__gt=OuterRef("until")))
    ending = _valid(now).filter(~Exists(longer), until__lte=horizon)
    return list(ending.select_related("member", "type"))


def _idling(now: datetime, horizon: datetime) -> list[Certification]:
    """Valid ones that end by `horizon` for want of use, before their last day."""
    longer = _others().filter(
        Q(idle_until=None) | Q(idle_until__gt=OuterRef("idle_until")),
        Q(until=None) | Q(until__gt=OuterRef("idle_until")),
    )
    idling = _valid(now).filter(
        ~Exists(longer), Q(until=None) | Q(until__gt=F("idle_until")), idle_until__lte=horizon
    )
    return list(idling.select_related("member", "type"))


def _valid(now: datetime) -> CertificationQuerySet:
    return Certification.objects.valid(now).filter(revoked_at=None, member__is_active=True)


def _others() -> CertificationQuerySet:
    """What the same member holds of the same type, as high."""
    return Certification.objects.filter(
        member=OuterRef("member"),
        type=OuterRef("type"),
        level__gte=OuterRef("level"),
        revoked_at=None,
    )
