"""The form of a kind of certification."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from equipment.ladder import Need
from equipment.models import CertificationType, Level
from equipment.services.certification_types import TypeFacts
from members.names import tidy

MOST_DAYS = 3650
PREFIX = "needs-"  # of the field of each type that may come before


class TypeForm(forms.Form):
    """All that staff say of one type."""

    name = forms.CharField(label=_("Name"), max_length=60)
    description = forms.CharField(label=_("What it is for"), required=False, max_length=200)
    how_to_get = forms.CharField(
        label=_("How to get it"),
        required=False,
        max_length=120,
        help_text=_("The next step for one who lacks it, such as “Marta, Wednesdays 17:00”."),
    )
    valid_days = forms.IntegerField(
        label=_("Valid for so many days"),
        required=False,
        help_text=_("Empty: it does not expire. Counts for what is given from now on."),
        min_value=1,
        max_value=MOST_DAYS,
    )
    disuse_days = forms.IntegerField(
        label=_("Ends when it is not used for so many days"),
        required=False,
        help_text=_("Empty: it keeps. Counts for everybody who holds it, from their last use."),
        min_value=1,
        max_value=MOST_DAYS,
    )
    refresher_days = forms.IntegerField(
        label=_("A refresher does for so many days after its end"),
        min_value=0,
        max_value=MOST_DAYS,
        initial=0,
        help_text=_("Until then neither the theory nor what comes before it is asked again."),
    )
    retired = forms.BooleanField(
        label=_("Not given any more"),
        required=False,
        help_text=_("What people hold stays valid."),
    )
    shown = forms.CharField(required=False, widget=forms.HiddenInput)  # the rule whose reach was

    def __init__(
        self,
        typed: Any,
        *,
        others: Iterable[CertificationType],
        facts: TypeFacts | None,
    ) -> None:
        initial = {}
        if facts:
            initial = {name: getattr(facts, name) for name in self.base_fields if name != "shown"}
        super().__init__(typed, initial=initial)
        levels = {need.type: need.level for need in facts.needs} if facts else {}
        choices = [("", _("not needed")), *((str(level.value), level.label) for level in Level)]
        for other in others:
            if other.retired_at is None or other.slug in levels:
                self.fields[PREFIX + other.slug] = forms.ChoiceField(
                    label=other.name,
                    required=False,
                    choices=choices,
                    initial=str(levels.get(other.slug, "")),
                )

    def clean_name(self) -> str:
        name = tidy(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError(_("Write a name that can be seen."))
        return name

    def plain(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if not field.name.startswith(PREFIX)]

    def needs(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name.startswith(PREFIX)]

    @property
    def facts(self) -> TypeFacts:
        """What was typed; of a valid form."""
        typed = self.cleaned_data
        needs = [
            Need(name.removeprefix(PREFIX), int(level))
            for name, level in typed.items()
            if name.startswith(PREFIX) and level
        ]
        named = {
            name: value
            for name, value in typed.items()
            if name != "shown" and not name.startswith(PREFIX)
        }
        return TypeFacts(**named, needs=tuple(needs))

    def was_shown(self, disuse_days: int | None) -> bool:
        return bool(self.cleaned_data["shown"] == str(disuse_days))
