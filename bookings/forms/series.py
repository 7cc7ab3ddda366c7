"""Forms of series: they clean what was typed and judge nothing."""

from contextlib import suppress
from datetime import date, timedelta, tzinfo
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bookings.forms.booking import AskForm, PlaceForm, SeenForm
from bookings.models import Series
from bookings.offers import minutes
from bookings.rules.recurrence import MOST, Rule
from bookings.services.changing_series import Scope, Shift

Rhythm = Series.Rhythm
ONE = "one"
AT_MOST = 10_000  # what may be typed; the rules say how much of it is too much


class SkippedField(forms.Field):
    """Days to leave out, as ticked; what is no day is nothing to leave out."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> frozenset[date]:
        found = set()
        for typed in list(value or ())[:MOST]:
            with suppress(ValueError):
                found.add(date.fromisoformat(typed))
        return frozenset(found)


class SeriesForm(AskForm):
    """A booking that comes again."""

    rhythm = forms.ChoiceField(
        label=_("Again"),
        choices=[(Rhythm.DAILY, _("Every day")), (Rhythm.WEEKLY, _("Every week"))],
        initial=Rhythm.WEEKLY,
        widget=forms.RadioSelect,
    )
    every = forms.IntegerField(
        label=_("Every so many days or weeks"),
        initial=1,
        min_value=1,
        max_value=AT_MOST,
        help_text=_("2 is every other day or week."),
    )
    ends_by = forms.ChoiceField(
        label=_("It ends"),
        choices=[("count", _("After so many times")), ("until", _("On a last day"))],
        initial="count",
        widget=forms.RadioSelect,
    )
    count = forms.IntegerField(
        label=_("How many times"), required=False, initial=4, min_value=1, max_value=AT_MOST
    )
    until = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    skip = SkippedField(required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        ends_by = given.get("ends_by")
        if ends_by and ends_by not in self.errors and given.get(ends_by) is None:
            self.add_error(ends_by, _("Choose how long the series goes on."))
        return given

    def rule(self, zone: tzinfo) -> Rule:
        given, slot = self.cleaned_data, self.slot
        local = slot.starts.astimezone(zone)
        return Rule(
            rhythm=given["rhythm"],
            first=local.date(),
            starts=local.time(),
            minutes=minutes(slot.length),
            zone=zone,
            every=given["every"],
            count=given["count"] if given["ends_by"] == "count" else None,
            until=given["until"] if given["ends_by"] == "until" else None,
        )


def scope_field(**more: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Which"),
        choices=[
            (ONE, _("Only this one")),
            (Scope.FOLLOWING, _("This and all that follow")),
            (Scope.ALL, _("All that lie ahead")),
        ],
        widget=forms.RadioSelect,
        **more,
    )


class SeriesMoveForm(PlaceForm, SeenForm):
    """Another time, length, day or machine, for one booking of a series or for more."""

    scope = scope_field(initial=Scope.FOLLOWING)
    include_changed = forms.BooleanField(
        label=_("Those that were moved by themselves, too"), required=False
    )

    def shift(self, local: Any) -> Shift:
        """What the form makes of a booking that begins at `local`."""
        new = self.slot.starts.astimezone(local.tzinfo)
        return Shift(
            days=(new.date() - local.date()) // timedelta(days=1),
            starts=new.time(),
            minutes=minutes(self.slot.length),
            machine=self.cleaned_data["machine"],
        )


class SeriesCancelForm(SeenForm):
    scope = scope_field(initial=Scope.FOLLOWING)


class SeriesCancelForForm(SeriesCancelForm):
    """Somebody else's: staff say why."""

    why = forms.CharField(label=_("Why"), max_length=200, help_text=_("Told to the member."))
