"""A week of hours, typed day by day as “10:00–13:00, 14:00–22:00”."""

import re
from collections.abc import Iterable
from datetime import time
from itertools import pairwise
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.models.space import Weekday, WeeklyStretch
from members.services.hours import Weekly

CLOCK = r"(\d{1,2})(?::(\d{2}))?"
STRETCH = re.compile(rf"{CLOCK}\s*(?:-|–|—|to)\s*{CLOCK}")
MOST_TYPED = 120  # characters for one day


def read_day(typed: str) -> list[tuple[time, time]]:
    """The stretches of one day, in order; ValueError for what is none, or overlaps.

    An end at or before its start is past midnight, so that only the last may have one.
    """
    stretches = sorted(_stretch(part) for part in typed.split(",") if part.strip())
    for (_opens, closes), (follows, _end) in pairwise(stretches):
        if not _opens < closes <= follows:
            raise ValueError(typed)
    return stretches


def _stretch(typed: str) -> tuple[time, time]:
    read = STRETCH.fullmatch(typed.strip())
    if read is None:
        raise ValueError(typed)
    from_hour, from_minute, to_hour, to_minute = (int(digits or 0) for digits in read.groups())
    return time(from_hour % 24, from_minute), time(_until(to_hour, to_minute), to_minute)


def _until(hour: int, minute: int) -> int:
    """24:00 is midnight, as people write it; ValueError for any other hour there is not."""
    if (hour, minute) == (24, 0):
        return 0
    return hour


class DayField(forms.CharField):
    """Hours of one weekday."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=MOST_TYPED, **kwargs)

    def clean(self, value: Any) -> Any:
        try:
            return read_day(super().clean(value))
        except ValueError as error:
            words = _("Write hours like 10:00–13:00, 14:00–22:00, or leave it empty.")
            raise forms.ValidationError(words) from error


class WeekForm(forms.Form):
    """Seven days, Monday first. An empty day is closed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hints = {"inputmode": "text", "autocomplete": "off", "placeholder": "10:00–22:00"}
        for day in Weekday:
            widget = forms.TextInput(attrs=hints)
            self.fields[f"day{day.value}"] = DayField(label=day.label, widget=widget)

    @property
    def weekly(self) -> list[Weekly]:
        return [
            Weekly(day.value, *stretch)
            for day in Weekday
            for stretch in self.cleaned_data[f"day{day.value}"]
        ]


def typed_week(rows: Iterable[WeeklyStretch]) -> dict[str, str]:
    """What the form begins with."""
    typed: dict[str, list[str]] = {}
    for row in rows:
        typed.setdefault(f"day{row.weekday}", []).append(f"{row.opens:%H:%M}–{row.closes:%H:%M}")
    return {name: ", ".join(stretches) for name, stretches in typed.items()}
