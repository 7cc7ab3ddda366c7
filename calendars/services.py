"""Feeds: one live secret address per member, made, changed and revoked by its owner."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from calendars.models import Feed
from members.models import Member
from members.services import record

FETCH_NOTED_EVERY = timedelta(hours=1)


def live_feed(member: Member) -> Feed | None:
    return Feed.objects.filter(member=member, revoked_at=None).first()


@transaction.atomic
def renew_feed(*, member: Member, now: datetime) -> Feed:
    """A fresh address; the old one, if any, stops answering."""
    Member.objects.select_for_update().get(pk=member.pk)
    _revoke(member, now)
    feed = Feed.objects.create(member=member, token=secrets.token_urlsafe(32), created_at=now)
    record(actor=member, verb="renew_feed", subject=feed, at=now)
    return feed


@transaction.atomic
def revoke_feed(*, member: Member, now: datetime) -> None:
    """No address answers any more until the member asks for a new one."""
    feed = live_feed(member)
    if feed is not None:
        _revoke(member, now)
        record(actor=member, verb="revoke_feed", subject=feed, at=now)


def note_fetch(*, feed: Feed, now: datetime) -> None:
    """Remember that a calendar app came by, writing at most once an hour."""
    if feed.fetched_at is None or now - feed.fetched_at >= FETCH_NOTED_EVERY:
        long_ago = Q(fetched_at=None) | Q(fetched_at__lte=now - FETCH_NOTED_EVERY)
        Feed.objects.filter(long_ago, pk=feed.pk).update(fetched_at=now)


def _revoke(member: Member, now: datetime) -> None:
    Feed.objects.filter(member=member, revoked_at=None).update(revoked_at=now)
