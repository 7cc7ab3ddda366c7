"""The form that looks for a slot: it reads what was asked for, and looks for nothing itself."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from bookings.rules.finding import Wanted
from bookings.rules.gaps import LENGTHS
from bookings.rules.hours import Hours, Opening
from bookings.wanting import Target, choices
from equipment.models import Feature
from equipment.words import length
from members.models.space import Weekday
from members.zones import end_of

MOST_DAYS = 62
SENSIBLE = timedelta(days=366)  # beyond it nothing is booked
USUAL_DAYS = 7

# Of the day, local; midnight as an end is the end of the day.
DAYTIMES = {
    "morning": (time(6), time(12)),
    "afternoon": (time(12), time(17)),
    "evening": (time(17), time(0)),
}


class FindForm(forms.Form):
    """Sent as an address, so that a search can be kept and shared."""

    what = forms.ChoiceField(label=_("Machine"))
    minutes = forms.TypedChoiceField(label=_("For how long"), coerce=int)
    first = forms.DateField(
        label=pgettext_lazy("day", "From"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    last = forms.DateField(
        label=_("Until, that day included"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    daytime = forms.ChoiceField(
        label=_("Time of day"),
        required=False,
        widget=forms.RadioSelect,
        choices=[
            ("", _("Any")),
            ("morning", _("Morning")),
            ("afternoon", _("Afternoon")),
            ("evening", _("Evening")),
        ],
    )
    since = forms.TimeField(
        label=_("Starts no earlier than"),
        required=False,
        widget=forms.TimeInput({"type": "time"}, "%H:%M"),
    )
    until = forms.TimeField(
        label=_("Is over by"), required=False, widget=forms.TimeInput({"type": "time"}, "%H:%M")
    )
    days = forms.TypedMultipleChoiceField(
        label=_("Only on"),
        required=False,
        coerce=int,
        choices=Weekday.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    features = forms.MultipleChoiceField(
        label=_("It must have"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self, *args: Any, targets: Mapping[str, Target], today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.targets, self.today = targets, today
        self._offer("what", choices(targets))
        self._offer("minutes", [(minutes, length(minutes)) for minutes in LENGTHS])
        features = [(feature.slug, feature.name) for feature in Feature.objects.all()]
        self._offer("features", features)

    def _offer(self, name: str, values: list[Any]) -> None:
        if values:
            self.fields[name].choices = values  # type: ignore[attr-defined]
        else:
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        first, last = given.get("first"), given.get("last")
        if not first or not last:
            return given
        if abs(first - self.today) > SENSIBLE:
            self.add_error("first", _("Nobody plans that far. Choose a time near today."))
        elif last < max(first, self.today):
            self.add_error("last", _("Choose a day that is not over, and not before the first."))
        elif last - first > timedelta(days=MOST_DAYS):
            words = _("Choose a day within %(days)d days of the first.")
            self.add_error("last", words % {"days": MOST_DAYS})
        return given

    @property
    def plain(self) -> list[forms.BoundField]:
        """What every search says; the rest makes it narrower."""
        return [self[name] for name in ("what", "minutes", "first", "last")]

    @property
    def is_exact(self) -> bool:
        """Whether hours were written, rightly or not."""
        return any(self[name].value() for name in ("since", "until"))

    @property
    def target(self) -> Target:
        return self.targets[self.cleaned_data["what"]]

    def wanted(self, now: datetime) -> Wanted:
        """What was asked for, from now on, in the clock of the machine's space."""
        zone = self.target.space.tz
        first: date = self.cleaned_data["first"]
        return Wanted(
            length=timedelta(minutes=self.cleaned_data["minutes"]),
            starts=max(now, datetime.combine(first, time(), zone)),
            ends=end_of(self.cleaned_data["last"], zone),
            hours=self._hours(),
        )

    def _hours(self) -> Hours:
        days: list[int] = self.cleaned_data["days"]
        since, until = self._daytime()
        if not days and since == until:
            return Hours()
        return Hours(tuple(Opening(day, since, until) for day in days or Weekday.values))

    def _daytime(self) -> tuple[time, time]:
        """Hours that were written count before those of the chip; midnight twice is all day."""
        written = [self.cleaned_data[name] for name in ("since", "until")]
        if any(at is not None for at in written):
            return written[0] or time(), written[1] or time()
        return DAYTIMES.get(self.cleaned_data["daytime"], (time(), time()))


def usual(today: date) -> dict[str, Any]:
    """A form that nobody has filled in."""
    return {"minutes": 60, "first": today, "last": today + timedelta(days=USUAL_DAYS)}
