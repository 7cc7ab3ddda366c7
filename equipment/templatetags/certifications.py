"""What a member holds, for pages of rooms that know nothing of certifications."""

from datetime import datetime
from typing import Any

from django import template

from equipment.models import Certification
from members.models import Member
from members.zones import last_day, zone_of

register = template.Library()


@register.inclusion_tag("equipment/_certifications.html")
def certifications_of(member: Member, now: datetime) -> dict[str, Any]:
    """A list of the newest certification of each type, with the day it ends, or ended."""
    rows = Certification.objects.filter(member=member).select_related("type")
    newest = {row.type_id: row for row in rows.order_by("given_at", "pk")}
    zone = zone_of(member)
    held = [
        {
            "row": row,
            "valid": row.revoked_at is None and (row.until is None or row.until > now),
            "last_day": last_day(row.until, zone) if row.until else None,
        }
        for row in newest.values()
    ]
    return {"held": sorted(held, key=lambda one: one["row"].type.name)}
