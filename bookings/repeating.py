"""A series as its pages show it: the rule in words, and each day with what stands against it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, tzinfo

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.models import Series
from bookings.rules import Slot
from bookings.services.series import Day
from equipment.reason import Reason
from equipment.words import Told, length, tell


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day of a preview; `ticked` days are left out."""

    day: date
    slot: Slot | None
    against: list[Told]
    ticked: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """Every day; what stands against all of them alike is told once, above."""

    rows: list[DayRow]
    common: list[Told]

    @property
    def possible(self) -> int:
        return sum(not row.ticked for row in self.rows)


def preview(days: Sequence[Day], zone: tzinfo) -> Preview:
    """Days that clash come ticked: one more click books the others."""
    shared = _common(days)
    rows = [
        DayRow(
            day.day,
            day.slot,
            [tell(reason, zone) for reason in day.reasons if reason not in shared],
            ticked=day.skipped or bool(day.reasons),
        )
        for day in days
    ]
    return Preview(rows, [tell(reason, zone) for reason in shared])


def _common(days: Sequence[Day]) -> list[Reason]:
    """The reasons that every day has, word by word, where there is more than one."""
    if len(days) < 2:
        return []
    return [reason for reason in days[0].reasons if all(reason in day.reasons for day in days[1:])]


def sentence(series: Series) -> str:
    """“Every 2 weeks at 18:00, for 1 h, from Tuesday 24 November, 5 times.”"""
    told = {
        "rhythm": rhythm(series),
        "time": f"{series.starts:%H:%M}",
        "length": length(series.minutes),
        "day": day_name(series.first),
        "end": _end(series),
    }
    return _("%(rhythm)s at %(time)s for %(length)s, from %(day)s, %(end)s.") % told


def rhythm(series: Series) -> str:
    each, several = {
        Series.Rhythm.DAILY: (_("Every day"), _("Every %d days")),
        Series.Rhythm.WEEKLY: (_("Every week"), _("Every %d weeks")),
    }[Series.Rhythm(series.rhythm)]
    return each if series.every == 1 else several % series.every


def _end(series: Series) -> str:
    if series.until is not None:
        return _("until %s") % day_name(series.until)
    count = series.count or 0
    return ngettext("%d time", "%d times", count) % count


def day_name(day: date) -> str:
    return formats.date_format(day, _("l j F"))
