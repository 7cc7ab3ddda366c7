"""What staff say about doors and about what runs with machines."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from access.models import Device, Door, Peripheral
from equipment.models import Machine
from members.models import Space

LONGEST_PULSE = 10  # seconds, by docs/protocol.md
LONGEST_RUN_ON = 3600


class DoorForm(forms.Form):
    """A door, and which reader opens it."""

    name = forms.CharField(label=_("Name"), max_length=60)
    space = forms.ModelChoiceField(
        Space.objects.none(), label=_("Space"), to_field_name="slug", empty_label=None
    )
    device = forms.ModelChoiceField(
        Device.objects.none(),
        label=_("Device"),
        required=False,
        to_field_name="name",
        empty_label=_("None yet"),
        help_text=_("A reader with a relay for the lock. Devices on a machine are not listed."),
    )
    seconds = forms.IntegerField(
        label=_("It opens for, in seconds"),
        min_value=1,
        max_value=LONGEST_PULSE,
        initial=3,
        help_text=_("Then it locks again by itself. From inside it opens without a badge."),
    )

    def __init__(
        self, *args: Any, spaces: Collection[Space], door: Door | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        ids = [space.pk for space in spaces]
        self.fields["space"].queryset = Space.objects.filter(pk__in=ids)  # type: ignore[attr-defined]
        own = Q(door=door) if door else Q(pk=None)
        self.fields["device"].queryset = _idle(ids, own).filter(is_reader=True)  # type: ignore[attr-defined]
        if door is not None:
            del self.fields["space"]


class PeripheralForm(forms.Form):
    """What runs with which machines, and for how long after."""

    name = forms.CharField(
        label=_("Name"), max_length=60, help_text=_("Such as extractor, or air of the lasers.")
    )
    device = forms.ModelChoiceField(
        Device.objects.none(),
        label=_("Device"),
        to_field_name="name",
        empty_label=None,
        help_text=_("An interlock that switches it. Devices on a machine are not listed."),
    )
    machines = forms.ModelMultipleChoiceField(
        Machine.objects.none(),
        label=_("It runs with"),
        to_field_name="slug",
        widget=forms.CheckboxSelectMultiple,
    )
    run_on_seconds = forms.IntegerField(
        label=_("It runs on after the last one, in seconds"),
        min_value=0,
        max_value=LONGEST_RUN_ON,
        initial=60,
    )

    def __init__(
        self,
        *args: Any,
        spaces: Collection[Space],
        peripheral: Peripheral | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        ids = [space.pk for space in spaces]
        own = Q(peripheral=peripheral) if peripheral else Q(pk=None)
        self.fields["device"].queryset = _idle(ids, own).filter(is_interlock=True)  # type: ignore[attr-defined]
        machines = Machine.objects.filter(space__in=ids, retired_at=None).select_related("space")
        self.fields["machines"].queryset = machines  # type: ignore[attr-defined]


def _idle(space_ids: Collection[int], own: Q) -> QuerySet[Device]:
    """Devices that drive nothing yet, and the one that is this thing's already."""
    idle = Q(machine=None, door=None, peripheral=None, is_enrolment=False)
    return Device.objects.filter(idle | own, space__in=space_ids, revoked_at=None)
