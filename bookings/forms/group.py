"""Forms for several machines at once, and for any machine of a kind; they judge nothing."""

import uuid
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from bookings.forms.booking import TimeForm
from equipment.models import Feature, Machine
from members.models import Space


class SharedForm(TimeForm):
    """What both ask beside the time. The key is the form's own: sent twice it books once."""

    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=80,
        help_text=_("For you and staff; others see only your name."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    key = forms.UUIDField(required=False, initial=uuid.uuid4, widget=forms.HiddenInput)


class GroupForm(SharedForm):
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


class AnyForm(SharedForm):
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
