"""Forms for several machines at once, and for any machine of a kind; they judge nothing."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from bookings.forms.booking import AskForm, SeenForm, TimeForm
from equipment.models import Feature, Machine
from members.models import Space


class GroupMoveForm(TimeForm, SeenForm):
    """All machines of a group to another time."""


class GroupForm(AskForm):
    """Several machines of one space for one time."""

    machines = forms.ModelMultipleChoiceField(
        Machine.objects.none(),
        label=_("Machines"),
        to_field_name="slug",
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, machines: QuerySet[Machine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["machines"].queryset = machines  # type: ignore[attr-defined]

    @property
    def kinds(self) -> set[int]:
        """Of what was chosen, as far as the form could be read."""
        chosen = self.cleaned_data.get("machines", ()) if self.is_bound else ()
        return {machine.tool_class_id for machine in chosen}


class AnyForm(AskForm):
    """Any machine of a kind in one space that has what is asked for."""

    space = forms.ModelChoiceField(
        Space.objects.none(), to_field_name="slug", widget=forms.HiddenInput
    )
    features = forms.ModelMultipleChoiceField(
        Feature.objects.none(),
        label=_("It must have"),
        required=False,
        to_field_name="slug",
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self,
        *args: Any,
        spaces: QuerySet[Space],
        features: QuerySet[Feature],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["space"].queryset = spaces  # type: ignore[attr-defined]
        self.fields["features"].queryset = features  # type: ignore[attr-defined]
