"""Times in words, in a space's zone and the reader's language. Knows no machine and no clock."""

from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache

from django.utils import dateformat
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from equipment import words


@lru_cache(4096)  # a board says the same times very often
def clock(moment: datetime, zone: tzinfo) -> str:
    """“14:00”."""
    return f"{moment.astimezone(zone):%H:%M}"


def span(starts: datetime, ends: datetime, zone: tzinfo) -> str:
    """“14:00–15:30”."""
    return f"{clock(starts, zone)}–{clock(ends, zone)}"


def length(took: timedelta) -> str:
    """“45 min”, “2 h”, “1 h 30”; whole minutes, rounded down."""
    return words.length(int(took.total_seconds()) // 60)


def _written(day: date, form: str) -> str:
    return _in_language(day, form, get_language())


@lru_cache(4096)  # of few days, and a board names each of them again and again
def _in_language(day: date, form: str, language: str | None) -> str:
    return dateformat.format(day, form)


def day_name(day: date) -> str:
    """“Tuesday 24 November”."""
    return _written(day, _("l j F"))


class Days:
    """Names of local days, each worded once: for pages that say few of them very often."""

    def __init__(self, zone: tzinfo) -> None:
        self.zone = zone
        self._names: dict[date, str] = {}

    def name(self, moment: datetime) -> str:
        day = moment.astimezone(self.zone).date()
        if day not in self._names:
            self._names[day] = day_name(day)
        return self._names[day]


def short_day(day: date) -> str:
    """“24 Nov”."""
    return _written(day, _("j M"))


def bare_day(day: date) -> str:
    """“24”, where the month follows."""
    return _written(day, _("j"))


def full_day(day: date) -> str:
    """“24 November 2026”, for what lies far off."""
    return _written(day, _("j F Y"))


def weekday(day: date) -> str:
    """“Tue”."""
    return _written(day, "D")


def relative_day(day: date, today: date) -> str:
    """“today”, “tomorrow”, else “Thursday 26 November”."""
    if day == today:
        return _("today")
    if day == today + timedelta(days=1):
        return _("tomorrow")
    return day_name(day)


def moment_words(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """“14:00” on the same day, “Thu 14:00” within a week, else “26 Nov, 14:00”."""
    day, today = moment.astimezone(zone).date(), now.astimezone(zone).date()
    if day == today:
        return clock(moment, zone)
    if timedelta(0) < day - today < timedelta(days=7):
        return f"{weekday(day)} {clock(moment, zone)}"
    return f"{short_day(day)}, {clock(moment, zone)}"


def span_words(starts: datetime, ends: datetime, now: datetime, zone: tzinfo) -> str:
    """“14:00–15:30” today, else with the day in front."""
    day, today = starts.astimezone(zone).date(), now.astimezone(zone).date()
    hours = span(starts, ends, zone)
    return hours if day == today else f"{day_name(day)}, {hours}"


def countdown(left: timedelta) -> tuple[str, str]:
    """The large figure and its small unit: (“30”, “min to go”), (“3”, “days to go”)."""
    minutes = max(0, -(-int(left.total_seconds()) // 60))
    if minutes < 120:
        return str(minutes), _("min to go")
    if minutes < 48 * 60:
        return str(minutes // 60), _("hours to go")
    days = minutes // (24 * 60)
    return str(days), ngettext("day to go", "days to go", days)
