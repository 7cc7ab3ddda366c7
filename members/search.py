"""Finding a person by what is written down of them: an address, a badge, a name."""

from email.utils import parseaddr

from django.db.models import Q

from members.models import Badge, Member
from members.services.badges import FORMATS, BadgeError, badge_hash, normalise_badge

MOST = 20


def find_people(text: str, most: int = MOST) -> list[Member]:
    """Members that `text` may mean, the whole name before parts of it; one person at best.

    Knows “alice@example.org”, “Alice Meyer <alice@example.org>”, a badge number as printed in any
    format, a whole name, and parts of a name in any order.
    """
    text = text.strip().strip(",;")
    if not text:
        return []
    people = Member.objects.filter(is_active=True, anonymised_at=None)
    if "@" in text:
        return list(people.filter(email__iexact=parseaddr(text)[1])[:most])
    if holders := list(people.filter(pk__in=_holders(text))):
        return holders
    if exact := list(people.filter(name__iexact=text)[:most]):
        return exact
    parts = Q()
    for word in text.split():
        parts &= Q(name__icontains=word)
    return list(people.filter(parts)[:most])


def _holders(text: str) -> list[int]:
    """Who holds a live badge with this number, in whatever format it was written."""
    hashes = []
    for fmt in FORMATS:
        try:
            hashes.append(badge_hash(normalise_badge(text, fmt)))
        except BadgeError:
            continue
    live = Badge.objects.filter(number_hash__in=hashes, revoked_at=None)
    return list(live.values_list("member_id", flat=True))
