"""The doors of this room: each getter hands over what the asker may act on, and else 404."""

from django.http import Http404
from django.shortcuts import get_object_or_404

from calendars.models import Feed
from calendars.models.feed import FeedQuerySet
from members.models import Member
from members.permissions import is_staff


def feeds_of(member: Member) -> FeedQuerySet:
    return Feed.objects.live().filter(member=member)


def public_feeds_for(member: Member) -> list[Feed]:
    """Those of the spaces where this person works at the desk."""
    rows = Feed.objects.live().filter(member=None)
    return [feed for feed in rows if is_staff(member, feed.at)]


def feed_to_manage(member: Member, pk: int) -> Feed:
    """One's own; a public one, at the desk of its space."""
    feed = get_object_or_404(Feed.objects.live(), pk=pk)
    if feed.member_id != member.pk and not (feed.is_public and is_staff(member, feed.at)):
        raise Http404
    return feed
