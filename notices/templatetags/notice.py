"""Times in letters: the outbox keeps them as isoformat, people read them in their own zone."""

from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def moment(text: str) -> str:
    """“Tuesday 24 November, 14:00”, in the letter's zone."""
    return f"{day(text)}, {clock(text)}"


@register.filter
def day(text: str) -> str:
    """“Tuesday 24 November”."""
    return date_format(_local(text), _("l j F"))


@register.filter
def last_day(text: str) -> str:
    """“24 November 2026”: the last day of what ends at an instant, and so at 24:00, not 0:00."""
    return date_format(_local(text) - timedelta(microseconds=1), _("j F Y"))


@register.filter
def clock(text: str) -> str:
    """“14:00”."""
    return date_format(_local(text), "H:i")


def _local(text: str) -> datetime:
    return timezone.localtime(datetime.fromisoformat(text))
