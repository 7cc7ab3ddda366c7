"""What a person finds on the site: their messages of the last weeks, mailed or not."""

from datetime import datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser

from notices.models import Outbox, OutboxQuerySet

REACH = timedelta(weeks=8)


def inbox(member: AbstractBaseUser, now: datetime) -> OutboxQuerySet:
    """Newest first."""
    mine = Outbox.objects.filter(to_id=member.pk, shown_at__gt=now - REACH)
    return mine.shown(now).order_by("-shown_at", "-pk")


def unread(member: AbstractBaseUser, now: datetime) -> int:
    """How many the person has not read; one look into an index of just these."""
    return inbox(member, now).filter(read_at=None).count()


def read_all(*, member: AbstractBaseUser, now: datetime) -> int:
    """The person has seen all there is now; how many were new."""
    return inbox(member, now).filter(read_at=None).update(read_at=now)
