"""When a member's certifications end, as entries of whole days; one for each type, ever the same.

A renewal moves the entry, a revocation cancels it.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from uuid import uuid5

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from calendars.ics import Entry
from calendars.window import DAY, Window
from equipment.models import Certification
from members.models import Member

MOMENT = timedelta(microseconds=1)


def entries(member: Member, window: Window) -> Iterator[Entry]:
    """Those whose last day lies in the window; one query."""
    rows = Certification.objects.filter(member=member).select_related("type")
    for _type, held in groupby(rows.order_by("type", "given_at"), lambda row: row.type_id):
        found = _entry(member, list(held), window)
        if found and window.starts < found[0] <= window.ends:
            yield found[1]


def _entry(
    member: Member, held: list[Certification], window: Window
) -> tuple[datetime, Entry] | None:
    """The end of what is held of one type, with when that is; None where it never ends."""
    standing = [row for row in held if row.revoked_at is None]
    counting = standing or held
    if any(row.until is None for row in counting):
        return None
    until = max(row.until for row in counting if row.until)
    changes = [row.given_at for row in held] + [row.revoked_at for row in held if row.revoked_at]
    kind = held[0].type
    words = _("%(certification)s ends") if standing else _("Revoked: %(certification)s")
    day = (until - MOMENT).astimezone(window.zone).date()
    return until, Entry(
        uid=str(uuid5(member.public_id, f"certification:{kind.pk}")),
        sequence=len(changes) - 1,
        starts=day,
        ends=day + DAY,
        updated_at=max(changes),
        status="CONFIRMED" if standing else "CANCELLED",
        summary=words % {"certification": kind.name},
        description=kind.how_to_get and _("To renew it: %s.") % kind.how_to_get,
        url=settings.BASE_URL + reverse("members:profile"),
        is_busy=False,
    )
