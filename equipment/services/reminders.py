"""Telling members in time that a certification ends."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from equipment.models import Certification
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


def _ending(now: datetime, horizon: datetime) -> list[Certification]:
    """Valid ones that end by `horizon` with none of their type, as high, to follow."""
    longer = Certification.objects.filter(
        Q(until=None) | Q(until__gt=OuterRef("until")),
        member=OuterRef("member"),
        type=OuterRef("type"),
        level__gte=OuterRef("level"),
        revoked_at=None,
    )
    ending = Certification.objects.valid(now).filter(
        ~Exists(longer), until__lte=horizon, member__is_active=True
    )
    return list(ending.select_related("member", "type"))
