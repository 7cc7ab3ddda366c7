"""Who may be at claimed machines beside who claimed them. Whoever calls leaves the Change of it."""

import uuid
from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from bookings.models import Booking, Participant
from bookings.services import several
from members.models import AccessEpoch, Member


@transaction.atomic
def set_participants(*, group: uuid.UUID, members: Collection[Member], now: datetime) -> None:
    """These and nobody else, at every machine that the group claims and is not over."""
    claims = Booking.objects.filter(group=group, holds=True, ends__gt=now)
    several.lock_rows(claims)
    wanted = {
        (claim, member.pk) for claim in claims.values_list("pk", flat=True) for member in members
    }
    rows = Participant.objects.filter(booking__in=claims)
    there = {(row.booking_id, row.member_id): row.pk for row in rows}
    gone = [pk for pair, pk in there.items() if pair not in wanted]
    if gone:
        Participant.objects.filter(pk__in=gone).delete()
        AccessEpoch.bump()  # whoever is at a machine by it leaves
    new = sorted(wanted - there.keys())
    Participant.objects.bulk_create(Participant(booking_id=a, member_id=b) for a, b in new)
