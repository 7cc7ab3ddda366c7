"""A calendar app fetching the feed of a member with twenty bookings."""

from datetime import UTC, datetime

from benchmarks.figures import Figure
from benchmarks.pages import measured
from benchmarks.site import Site


def measure(site: Site) -> tuple[str, list[Figure]]:
    from calendars.models import Feed
    from calendars.services import make_feed
    from members.models import Member

    member = Member.objects.order_by("pk")[500]
    feed = make_feed(member=member, kind=Feed.Kind.MINE, now=datetime.now(UTC))
    count = member.bookings.count()
    return f"a member with {count} bookings", measured("feed", f"/feeds/{feed.token}.ics")
