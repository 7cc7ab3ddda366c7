"""The form of the waitlist: what, for how long, and in which window. Judges nothing."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from bookings.forms.booking import WALL, WallTimeField
from bookings.offers import LONGEST, USUAL, read_start, whole_minutes
from bookings.rules.facts import Question
from bookings.rules.gaps import LENGTHS
from bookings.rules.local import Instant
from bookings.services.answering import LONGEST as LONGEST_ANSWER
from bookings.wanting import Target, choices
from equipment.words import length


def _wall(label: Any) -> WallTimeField:
    widget = forms.DateTimeInput({"type": "datetime-local", "step": 60}, WALL)
    return WallTimeField(label=label, widget=widget)


class WaitForm(forms.Form):
    """A wish. The key is the form's own: sent twice it asks once."""

    what = forms.ChoiceField(label=_("Machine"))
    minutes = forms.IntegerField(
        label=_("For how long"), min_value=1, max_value=LONGEST, widget=forms.Select
    )
    starts = _wall(_("Not before"))
    ends = _wall(pgettext_lazy("end of a window", "Done by"))
    key = forms.UUIDField(required=False, initial=uuid.uuid4, widget=forms.HiddenInput)

    def __init__(self, *args: Any, targets: Mapping[str, Target], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.targets = targets
        self.fields["what"].choices = choices(targets)  # type: ignore[attr-defined]
        self.fields["minutes"].widget.choices = self._lengths()
        asked = self.data.get("what") if self.is_bound else self.initial.get("what")
        target = targets.get(str(asked))
        for name in ("starts", "ends"):
            zone = target.space.tz if target else UTC
            self.fields[name].zone = zone  # type: ignore[attr-defined]

    def _lengths(self) -> list[tuple[str, str]]:
        """The usual ones, and the one that was asked for; the rules judge it."""
        asked = whole_minutes(str(self["minutes"].value() or ""))
        lengths = {*LENGTHS, *([asked // timedelta(minutes=1)] if asked else [])}
        return [(str(minutes), length(minutes)) for minutes in sorted(lengths)]

    @property
    def target(self) -> Target:
        return self.targets[self.cleaned_data["what"]]

    def at(self, name: str) -> datetime:
        instant: Instant = self.cleaned_data[name]
        return instant.at


class TakeForm(forms.Form):
    """The answers that go with an offer, to what its kind asks."""

    def __init__(self, *args: Any, questions: Iterable[Question], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in questions:
            self.fields[f"question-{question.id}"] = forms.CharField(
                label=question.text, required=question.required, max_length=LONGEST_ANSWER
            )

    @property
    def answers(self) -> dict[int, str]:
        """By the id of the question."""
        given = self.cleaned_data.items()
        return {int(name.removeprefix("question-")): text for name, text in given}


def asked_for(asked: Mapping[str, str], targets: Mapping[str, Target]) -> dict[str, Any]:
    """What an address fills in, as far as it can be read."""
    target = targets.get(asked.get("what", "")) or next(iter(targets.values()), None)
    if target is None:
        return {}
    zone = target.space.tz
    known = {name: read_start(asked.get(name), zone) for name in ("starts", "ends")}
    took = whole_minutes(asked.get("minutes", "")) or USUAL
    return {"what": target.value, "minutes": took // timedelta(minutes=1), **known}
