"""Asking people to sign in who were brought in by an import and never did. Knows no passwords."""

from datetime import datetime, timedelta

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import transaction
from django.db.models import Q, QuerySet

from members.models import Member
from members.services.changes import record_all
from notices.services import post

BATCH = 50  # one click; a mail server takes hundreds at once for an attack
AGAIN_AFTER = timedelta(days=7)


def strangers() -> QuerySet[Member]:
    """Who has an address, and neither a password nor ever signed in."""
    people = Member.objects.filter(is_active=True, anonymised_at=None, last_login=None)
    return people.filter(email__isnull=False, password__startswith=UNUSABLE_PASSWORD_PREFIX)


def to_invite(now: datetime) -> QuerySet[Member]:
    """Of those, who was not asked within a week; who was never asked comes first."""
    rested = Q(invited_at=None) | Q(invited_at__lte=now - AGAIN_AFTER)
    return strangers().filter(rested).order_by("invited_at", "pk")


@transaction.atomic
def invite_next(*, by: Member, now: datetime) -> int:
    """Post one batch of invitations; how many."""
    chosen = list(to_invite(now).select_for_update()[:BATCH])
    for member in chosen:
        key = f"invitation:{member.pk}:{now:%Y%m%d}"
        post(to=member, kind="invitation", key=key, context={"email": member.email}, at=now)
    Member.objects.filter(pk__in=[member.pk for member in chosen]).update(invited_at=now)
    told: list[tuple[Member, dict[str, str], dict[str, str]]] = [
        (member, {}, {}) for member in chosen
    ]
    record_all(actor=by, verb="invite", told=told, at=now)
    return len(chosen)
