"""The form of wishes: one choice for each kind of message, and the quiet hours."""

from dataclasses import dataclass, field
from datetime import time
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from notices.kinds import KINDS
from notices.manners import choice_of, manner_of, topic_of
from notices.models import label_of
from notices.words import DRAWERS, title_of, why_fixed

TOPICS = [kind for kind in KINDS if topic_of(kind) == kind]  # what one chooses by


@dataclass
class Drawer:
    """Kinds that belong together: fields to choose by, and titles of those that are fixed."""

    name: str
    title: str
    fields: list[BoundField] = field(default_factory=list)
    fixed: list[tuple[str, str]] = field(default_factory=list)


class WishesForm(forms.Form):
    quiet_from = forms.TimeField(
        label=_("No mail from"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    quiet_to = forms.TimeField(
        label=_("to"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in TOPICS:
            manner = manner_of(kind)
            if not manner.fixed:
                self.fields[kind] = forms.ChoiceField(
                    label=title_of(kind),
                    choices=[(name, label_of(kind, name)) for name in manner.choices],
                    initial=manner.usual,
                    required=False,
                )
        for kind, chosen in self.initial.items():
            if kind in TOPICS:
                self.initial[kind] = choice_of(kind, chosen)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        starts, ends = given.get("quiet_from"), given.get("quiet_to")
        if "quiet_from" in given and "quiet_to" in given and (starts is None) != (ends is None):
            missing = "quiet_to" if ends is None else "quiet_from"
            self.add_error(missing, _("Say both when it begins and when it ends, or neither."))
        if starts is not None and starts == ends:
            self.add_error("quiet_to", _("Both are the same time. Choose another one."))
        return given

    @property
    def choices(self) -> dict[str, str]:
        """Kind → choice, of the kinds that the page offered."""
        return {kind: self.cleaned_data[kind] for kind in TOPICS if self.cleaned_data.get(kind)}

    @property
    def quiet(self) -> tuple[time, time] | None:
        starts, ends = self.cleaned_data["quiet_from"], self.cleaned_data["quiet_to"]
        return (starts, ends) if starts is not None and ends is not None else None

    def quiet_fields(self) -> list[BoundField]:
        return [self["quiet_from"], self["quiet_to"]]

    def drawers(self) -> list[Drawer]:
        """In the order of notices.words, without empty ones."""
        found = {name: Drawer(name, str(title)) for name, title in DRAWERS.items()}
        for kind in TOPICS:
            drawer = found[manner_of(kind).drawer]
            if kind in self.fields:
                drawer.fields.append(self[kind])
            else:
                drawer.fixed.append((title_of(kind), why_fixed(kind)))
        return [drawer for drawer in found.values() if drawer.fields or drawer.fixed]
