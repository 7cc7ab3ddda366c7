"""Days in the zone a page goes by."""

from datetime import date, datetime

from django import template
from django.utils import timezone

from members import zones

register = template.Library()


@register.filter
def last_day(until: datetime) -> date:
    """The last day on which something that ends at `until` still holds."""
    return zones.last_day(until, timezone.get_current_timezone())
