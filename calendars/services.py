"""Feeds and invitations: made, changed and ended by whose they are; public feeds, by staff."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from calendars.invitations import KINDS as CARRIERS
from calendars.models import Feed, Invitee, most_told
from equipment.models import Machine, ToolClass
from members.models import Member, Space
from members.permissions import is_staff
from members.services import record
from notices.manners import NOW, topic_of
from notices.services import choose

FETCH_NOTED_EVERY = timedelta(hours=1)
MOST_FEEDS = 30  # of one member


class TooMany(Exception):
    """More feeds than anybody reads."""


@transaction.atomic
def make_feed(
    *,
    member: Member,
    kind: str,
    now: datetime,
    machine: Machine | None = None,
    tool_class: ToolClass | None = None,
    space: Space | None = None,
    privacy: int = Feed.Privacy.FULL,
    alarm_minutes: int | None = None,
    label: str = "",
) -> Feed:
    """A new address for `member`; raises TooMany. It tells no more than they may know.

    A feed of one's own bookings ends the invitations by mail.
    """
    Member.objects.select_for_update().get(pk=member.pk)
    if Feed.objects.filter(member=member, revoked_at=None).count() >= MOST_FEEDS:
        raise TooMany
    at = machine.space if machine else space
    bound = most_told(kind, is_public=False, is_staff=at is not None and is_staff(member, at))
    if kind == Feed.Kind.MINE:
        stop_invitations(member=member, now=now)
    feed = Feed.objects.create(
        member=member,
        kind=kind,
        machine=machine,
        tool_class=tool_class,
        space=space,
        privacy=min(privacy, bound),
        alarm_minutes=alarm_minutes,
        label=label,
        token=_token(),
        created_at=now,
    )
    record(actor=member, verb="make_feed", subject=feed, at=now, after={"kind": kind})
    return feed


@transaction.atomic
def publish_feed(
    *,
    kind: str,
    by: Member,
    now: datetime,
    machine: Machine | None = None,
    tool_class: ToolClass | None = None,
    space: Space | None = None,
) -> Feed:
    """An address that anybody may have: when something is taken, and nothing else."""
    feed = Feed.objects.create(
        kind=kind,
        machine=machine,
        tool_class=tool_class,
        space=space,
        privacy=most_told(kind, is_public=True, is_staff=False),
        token=_token(),
        created_at=now,
    )
    record(actor=by, verb="publish_feed", subject=feed, at=now, after={"kind": kind})
    return feed


@transaction.atomic
def renew_feed(*, feed: Feed, by: Member, now: datetime) -> Feed:
    """The same under a fresh address; the old one stops answering."""
    feed = _revoked(feed, now)
    feed.pk, feed.token, feed.revoked_at, feed.fetched_at = None, _token(), None, None
    feed.created_at = now
    feed.save(force_insert=True)
    record(actor=by, verb="renew_feed", subject=feed, at=now)
    return feed


@transaction.atomic
def revoke_feed(*, feed: Feed, by: Member, now: datetime) -> None:
    """It answers no more, from now on. Twice is once."""
    if Feed.objects.filter(pk=feed.pk, revoked_at=None).update(revoked_at=now):
        record(actor=by, verb="revoke_feed", subject=feed, at=now)


@transaction.atomic
def start_invitations(
    *, member: Member, now: datetime, alarm_minutes: int | None = None
) -> Invitee:
    """From now on each booking comes by mail, also of kinds that were turned off; the feeds of the
    same bookings end, or each would show twice.
    """
    Member.objects.select_for_update().get(pk=member.pk)
    for feed in Feed.objects.filter(member=member, kind=Feed.Kind.MINE, revoked_at=None):
        revoke_feed(feed=feed, by=member, now=now)
    choose(member=member, choices={topic_of(kind): NOW for kind in CARRIERS}, now=now)
    given = {"alarm_minutes": alarm_minutes, "since": now}
    invitee, _made = Invitee.objects.update_or_create(member=member, defaults=given)
    record(actor=member, verb="start_invitations", subject=invitee, at=now)
    return invitee


@transaction.atomic
def stop_invitations(*, member: Member, now: datetime) -> None:
    """What was sent stays in the calendars it reached. Twice is once."""
    for invitee in Invitee.objects.filter(member=member):
        record(actor=member, verb="stop_invitations", subject=invitee, at=now)
        invitee.delete()


def note_fetch(*, pk: int, fetched_at: datetime | None, now: datetime) -> None:
    """Remember that a calendar app came by, writing at most once an hour."""
    if fetched_at is None or now - fetched_at >= FETCH_NOTED_EVERY:
        long_ago = Q(fetched_at=None) | Q(fetched_at__lte=now - FETCH_NOTED_EVERY)
        Feed.objects.filter(long_ago, pk=pk).update(fetched_at=now)


def _revoked(feed: Feed, now: datetime) -> Feed:
    """The feed as it was, locked and dead. Feed.DoesNotExist if it was dead before."""
    feed = Feed.objects.select_for_update().get(pk=feed.pk, revoked_at=None)
    Feed.objects.filter(pk=feed.pk).update(revoked_at=now)
    return feed


def _token() -> str:
    return secrets.token_urlsafe(32)
