"""Forms of bookings: they clean what was typed and judge nothing."""

import re
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from bookings.offers import LONGEST, OTHER, Choices, read_start, whole_minutes
from bookings.rules import OVERRIDABLE, Slot
from bookings.rules.facts import Question
from bookings.rules.local import Instant, read_wall
from equipment.models import Machine
from equipment.reason import Reason
from equipment.words import Told, tell

WALL = "%Y-%m-%dT%H:%M"
SENSIBLE = timedelta(days=3660)  # beyond it no calendar of ours reckons
CODE = 40  # characters; no rule has a longer name
ANSWER = re.compile(r"question-[1-9][0-9]{0,8}")
CARRIED = ("note", "key", "other")
BESIDE = {"key", "note", "overrides", "why"}  # what a form says about a wish, and not what it is
# Another start or machine fetches the lengths that fit there, and what stands in the way; the
# length that was chosen goes along. Without JavaScript the rules say it later.
ASKS_LENGTHS = {
    "hx-get": "",
    "hx-trigger": "change",
    "hx-include": "[name=starts], [name=minutes], [name=other], [name=machine]",
    "hx-select": "#lengths",
    "hx-target": "#lengths",
    "hx-swap": "outerHTML",
    "hx-select-oob": "#refusals",
}


class WallTimeField(forms.DateTimeField):
    """A local time as the clock of `zone` shows it; cleans to an Instant, which is UTC."""

    zone: tzinfo = UTC
    widget = forms.DateTimeInput(
        attrs={"type": "datetime-local", "step": 60, **ASKS_LENGTHS}, format=WALL
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


class AnyOf(forms.MultipleChoiceField):
    """Ticks for whatever the page offers; what may be ticked is the service's to say."""

    widget = forms.CheckboxSelectMultiple

    def valid_value(self, value: str) -> bool:
        return len(value) <= CODE


class DeskForm(forms.Form):
    """What staff add: which rules they set aside, and why they do what they do for somebody."""

    overrides = AnyOf(label=_("Set aside"), required=False)
    why = forms.CharField(
        label=_("Why"), required=False, max_length=200, help_text=_("The member reads it, too.")
    )

    def __init__(self, *args: Any, others: bool = False, **kwargs: Any) -> None:
        """`others`: the booking is somebody else's, and to change it takes a reason."""
        super().__init__(*args, **kwargs)
        self.fields["why"].required = self.shows_why = others

    def show_overridable(self, refusals: Iterable[Told]) -> None:
        """Draw a tick for each rule that may be set aside."""
        texts: dict[str, list[str]] = defaultdict(list)
        for told in refusals:
            if told.code in OVERRIDABLE:
                texts[told.code].append(told.text)
        choices = [(code, " ".join(lines)) for code, lines in texts.items()]
        self.fields["overrides"].widget.choices = choices
        self.shows_why = self.shows_why or bool(choices)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("overrides") and not given.get("why") and "why" not in self.errors:
            self.add_error("why", _("Say why, and the booking keeps it."))
        return given

    @property
    def is_ticked(self) -> bool:
        """Whether rules are to be set aside, however the rest of the form may read."""
        return "overrides" in self.data

    @property
    def set_aside(self) -> dict[str, Any]:
        """As the services that change a booking take it."""
        return {"overrides": self.cleaned_data["overrides"], "why": self.cleaned_data["why"]}


class SeenForm(forms.Form):
    """A change to a booking as it was seen: the page carries its version."""

    sequence = forms.CharField(required=False, widget=forms.HiddenInput)

    @property
    def seen(self) -> int | None:
        """None where the page said nothing; what cannot be read was never a version."""
        typed: str = self.cleaned_data["sequence"]
        if not typed:
            return None
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else -1


def once(form: forms.Form) -> uuid.UUID | None:
    """The form's key for the very wish it holds: gone back to and changed, it asks for more."""
    key: uuid.UUID | None = form.cleaned_data.get("key")
    names = (name for name in form.fields if name not in BESIDE and not ANSWER.fullmatch(name))
    wish = [(name, form[name].data) for name in sorted(names)]
    return uuid.uuid5(key, f"{type(form).__name__} {wish}") if key else None


class AskForm(TimeForm):
    """A new booking, or several. The key is the form's own: sent twice it books once."""

    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=80,
        help_text=_("For you and staff; others see only your name."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    key = forms.UUIDField(required=False, initial=uuid.uuid4, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.data:
            if ANSWER.fullmatch(name):
                self.fields[name] = forms.CharField(required=False, max_length=200)

    def show_questions(self, questions: Iterable[Question]) -> None:
        """Draw a field for each; what was typed into it is there already."""
        for question in questions:
            name = f"question-{question.id}"
            field = self.fields.setdefault(name, forms.CharField(max_length=200))
            field.label, field.required = question.text, question.required
        self.questions = [self[f"question-{question.id}"] for question in questions]

    @property
    def once(self) -> uuid.UUID | None:
        return once(self)

    @property
    def answers(self) -> dict[int, str]:
        """By the id of the question, which need not be one: the service keeps what was asked."""
        return {
            int(name.removeprefix("question-")): text
            for name, text in self.cleaned_data.items()
            if ANSWER.fullmatch(name)
        }


def carried(asked: Mapping[str, str]) -> dict[str, str]:
    """What another form of a new booking held beside the time, so that nothing is typed twice."""
    names = (name for name in asked if name in CARRIED or ANSWER.fullmatch(name))
    return {name: asked[name] for name in names if asked[name]}


class BookingForm(AskForm, DeskForm):
    """One new booking of one machine."""


class PlaceForm(TimeForm):
    """Another time, or another machine of the same kind."""

    machine = forms.ModelChoiceField(
        Machine.objects.none(),
        label=_("Machine"),
        to_field_name="slug",
        empty_label=None,
        widget=forms.RadioSelect(ASKS_LENGTHS),
    )

    def __init__(self, *args: Any, siblings: QuerySet[Machine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["machine"].queryset = siblings  # type: ignore[attr-defined]

    @property
    def chosen_machine(self) -> Machine | None:
        """As far as the form could be read."""
        return self.cleaned_data.get("machine")


class MoveForm(PlaceForm, DeskForm, SeenForm):
    """One booking to another place."""


class ExtendForm(DeskForm, SeenForm):
    """Until when: one of the later ends that fit, as an instant."""

    until = forms.CharField(label=_("Until"), max_length=40, widget=forms.RadioSelect)

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].widget.choices = choices
        self.fields["until"].initial = choices[0][0] if choices else None

    def clean_until(self) -> datetime:
        until = read_start(self.cleaned_data["until"], UTC)
        if until is None:
            raise forms.ValidationError(_("Choose one of the ends."))
        return until


class CancelForm(SeenForm):
    """Why; asked of staff who cancel somebody else's."""

    why = forms.CharField(
        label=_("Why"), required=False, max_length=200, help_text=_("Told to the member.")
    )

    def __init__(self, *args: Any, others: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if others:
            self.fields["why"].required = True
        else:
            del self.fields["why"]

    def told(self) -> dict[str, Any]:
        """As the services that cancel ask for it."""
        return {"why": self.cleaned_data.get("why", ""), "sequence": self.seen}
