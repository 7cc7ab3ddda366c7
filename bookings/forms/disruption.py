"""How a member answers a disruption: one of what is offered, or given back."""

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from bookings.offers import read_start
from equipment.models import Machine

RELEASE, MOVE = "release", "move"


class AnswerForm(forms.Form):
    """The buttons of the page, each with what it stands for; whether it may be the rules say."""

    answer = forms.ChoiceField(choices=[(MOVE, MOVE), (RELEASE, RELEASE)])
    machine = forms.ModelChoiceField(Machine.objects.none(), to_field_name="slug", required=False)
    starts = forms.CharField(required=False, max_length=40)

    def __init__(self, *args: Any, siblings: QuerySet[Machine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["machine"].queryset = siblings  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        machine = given.get("machine")
        starts = read_start(given.get("starts"), machine.space.tz) if machine else None
        if given.get("answer") != RELEASE and starts is None:
            raise forms.ValidationError(_("Choose one of the times below, or give it back."))
        return given

    @property
    def place(self) -> tuple[Machine, datetime] | None:
        """The machine and start that were chosen; None where the time is given back."""
        if self.cleaned_data["answer"] == RELEASE:
            return None
        machine: Machine = self.cleaned_data["machine"]
        starts = read_start(self.cleaned_data["starts"], machine.space.tz)
        return (machine, starts) if starts is not None else None
