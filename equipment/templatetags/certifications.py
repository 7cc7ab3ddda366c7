"""What a member holds, for pages of rooms that know nothing of certifications."""

from datetime import datetime
from typing import Any

from django import template

from equipment.holdings import holdings_of
from members.models import Member
from members.zones import last_day, zone_of

register = template.Library()


@register.inclusion_tag("equipment/_certifications.html")
def certifications_of(member: Member, now: datetime) -> dict[str, Any]:
    """One line for each type, with the day it ends, or ended."""
    zone = zone_of(member)
    return {
        "held": [
            {"holding": holding, "last_day": last_day(holding.ends, zone) if holding.ends else None}
            for holding in holdings_of(member, now)
        ]
    }
