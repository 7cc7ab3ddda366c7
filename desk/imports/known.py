"""What a file may refer to, read once before it is judged: people, badges, places, plans, types."""

import zoneinfo
from collections.abc import Iterable
from typing import Protocol, TypeVar

from django.conf import settings

from members.models import Badge, Member, Space
from members.services import badge_hash


class Named(Protocol):
    name: str
    slug: str


N = TypeVar("N", bound=Named)


def by_name(rows: Iterable[N]) -> dict[str, N]:
    """By slug and by name, both in lower case."""
    return {key.lower(): row for row in rows for key in (row.name, row.slug)}


class People:
    """Who is there already, by address and by badge."""

    def __init__(self) -> None:
        addresses = Member.objects.exclude(email=None).values_list("email", "pk")
        self.by_email = {address.lower(): pk for address, pk in addresses if address}
        live = Badge.objects.filter(revoked_at=None).values_list("number_hash", "member_id")
        self.by_badge = {bytes(number): pk for number, pk in live}

    def holder(self, badge: str) -> int | None:
        """Who holds the badge with this normalised number."""
        return self.by_badge.get(badge_hash(badge))


def zone_of(space: Space | None, spaces: Iterable[Space]) -> zoneinfo.ZoneInfo:
    """By whose midnight a day begins: the space's, else that of the first one there is."""
    first = space or next(iter(spaces), None)
    return first.tz if first else zoneinfo.ZoneInfo(settings.TIME_ZONE)
