"""Forms of bookings: they clean what was typed and judge nothing."""

import uuid
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from bookings.offers import LONGEST, Choices, whole_minutes
from bookings.rules import Slot
from bookings.rules.local import Instant, read_wall
from equipment.models import Machine
from equipment.reason import Reason
from equipment.words import tell

WALL = "%Y-%m-%dT%H:%M"
SENSIBLE = timedelta(days=3660)  # beyond it no calendar of ours reckons
OTHER = "other"


class WallTimeField(forms.DateTimeField):
    """A local time as the clock of `zone` shows it; cleans to an Instant, which is UTC."""

    zone: tzinfo = UTC
    # A new start fetches the lengths that fit there; without JavaScript the rules say it later.
    widget = forms.DateTimeInput(
        attrs={
            "type": "datetime-local",
            "step": 60,
            "hx-get": "",
            "hx-trigger": "change",
            "hx-select": "#lengths",
            "hx-target": "#lengths",
            "hx-swap": "outerHTML",
            "hx-select-oob": "#refusals",
        },
        format=WALL,
    )

    def prepare_value(self, value: Any) -> Any:
        return value.astimezone(self.zone) if isinstance(value, datetime) else value

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        wall = _digits(value)
        if wall is None:
            raise forms.ValidationError(_("Write the start like 2026-11-24 14:00."))
        if abs(wall.replace(tzinfo=UTC) - timezone.now()) > SENSIBLE:
            raise forms.ValidationError(_("Nobody plans that far. Choose a time near today."))
        read = read_wall(wall, self.zone)
        if isinstance(read, Reason):
            told = tell(read, self.zone)
            raise forms.ValidationError(f"{told.text} {told.remedy}")
        return read


def _digits(typed: Any) -> datetime | None:
    """The naive time somebody typed; nothing for one that carries an offset of its own."""
    try:
        read = parse_datetime(str(typed).strip())
    except ValueError:
        return None
    return read if read is not None and read.tzinfo is None else None


class TimeForm(forms.Form):
    """When, and for how long: a length off the chips, or another one."""

    starts = WallTimeField(label=_("Start"))
    minutes = forms.CharField(label=_("Length"), widget=forms.RadioSelect, max_length=8)
    other = forms.IntegerField(
        label=_("Minutes, for another length"), required=False, min_value=1, max_value=LONGEST
    )

    def __init__(self, *args: Any, zone: tzinfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["starts"].zone = zone  # type: ignore[attr-defined]

    def show_lengths(self, lengths: Choices) -> None:
        """Draw these as chips. What is posted need not be among them: the rules judge it."""
        choices = [*lengths, (OTHER, _("Another length"))]
        self.fields["minutes"].widget.choices = choices

    def clean_minutes(self) -> timedelta | None:
        """None where another length is to be read from the field beside."""
        typed = self.cleaned_data["minutes"]
        if typed == OTHER:
            return None
        took = whole_minutes(typed)
        if took is None:
            raise forms.ValidationError(_("Choose a length, or write another in minutes."))
        return took

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        asks_other = "minutes" in given and given["minutes"] is None
        if asks_other and given.get("other") is None and "other" not in self.errors:
            self.add_error("other", _("Write the length in minutes."))
        return given

    @property
    def twice(self) -> bool:
        """Whether the clock shows that start twice, and the first was taken."""
        instant: Instant = self.cleaned_data["starts"]
        return instant.twice

    @property
    def slot(self) -> Slot:
        instant: Instant = self.cleaned_data["starts"]
        took: timedelta | None = self.cleaned_data["minutes"]
        took = took or timedelta(minutes=self.cleaned_data["other"])
        return Slot(instant.at, instant.at + took)


class BookingForm(TimeForm):
    """A new booking. The key is the form's own: sent twice it books once."""

    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=80,
        help_text=_("For you and staff; others see only your name."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    key = forms.UUIDField(required=False, initial=uuid.uuid4, widget=forms.HiddenInput)


class MoveForm(TimeForm):
    """Another time, or another machine of the same kind."""

    machine = forms.ModelChoiceField(
        Machine.objects.none(),
        label=_("Machine"),
        to_field_name="slug",
        empty_label=None,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, siblings: QuerySet[Machine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["machine"].queryset = siblings  # type: ignore[attr-defined]
        self.fields["starts"].widget.attrs["hx-include"] = "[name=machine]"

    @property
    def chosen_machine(self) -> Machine | None:
        """As far as the form could be read."""
        return self.cleaned_data.get("machine")


class ExtendForm(forms.Form):
    """Until when: one of the later ends that fit, as minutes added."""

    by = forms.TypedChoiceField(label=_("Until"), coerce=int, widget=forms.RadioSelect)

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["by"].choices = choices  # type: ignore[attr-defined]
        self.fields["by"].initial = choices[0][0] if choices else None

    @property
    def added(self) -> timedelta:
        return timedelta(minutes=self.cleaned_data["by"])


class CancelForm(forms.Form):
    """Why; asked of staff who cancel somebody else's."""

    why = forms.CharField(label=_("Why"), max_length=200, help_text=_("Told to the member."))
