"""A week of hours in one line, with days alike taken together: “Mon–Fri 09:00–21:00”."""

from collections.abc import Iterable
from itertools import groupby

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from members.models.space import Weekday, WeeklyStretch


def week_line(rows: Iterable[WeeklyStretch]) -> str:
    """Empty where there are no hours at all."""
    days: dict[int, list[str]] = {day.value: [] for day in Weekday}
    for row in rows:
        whole = row.opens == row.closes
        days[row.weekday].append(_("all day") if whole else f"{row.opens:%H:%M}–{row.closes:%H:%M}")
    alike = groupby(days.items(), key=lambda day: " + ".join(day[1]))
    parts = [_days([day for day, _hours in group], hours) for hours, group in alike if hours]
    return ", ".join(parts)


def _days(days: list[int], hours: str) -> str:
    first, last = WEEKDAYS_ABBR[days[0]], WEEKDAYS_ABBR[days[-1]]
    return f"{first if first == last else f'{first}–{last}'} {hours}"
