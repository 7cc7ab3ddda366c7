"""What staff say about devices and badges."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from equipment.models import Machine
from members.models import Member, Space
from members.search import find_people

SERVERS_OWN = "benchkey"  # the gatekeeper's name at the broker


class AssignForm(forms.Form):
    """Whose a new badge is."""

    person = forms.CharField(
        label=_("Whose is it?"),
        max_length=120,
        help_text=_("A name or a mail address."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_person(self) -> Member:
        """Exactly one person, or the names among which to choose."""
        found = find_people(self.cleaned_data["person"])
        if len(found) == 1:
            return found[0]
        if not found:
            raise forms.ValidationError(_("Nobody is called that. Look at the spelling."))
        names = ", ".join(member.name for member in found[:5])
        raise forms.ValidationError(
            _("Several people may be meant: %(names)s. Write more of the name, or the mail."),
            params={"names": names},
        )


class DeviceForm(forms.Form):
    """What a new device is and where it stands."""

    name = forms.RegexField(
        r"\A[a-z0-9-]{1,32}\Z",
        label=_("Name"),
        max_length=32,
        help_text=_("Up to 32 of a to z, 0 to 9 and “-”, such as laser-1. It cannot be changed."),
        error_messages={"invalid": _("Only a to z, 0 to 9 and “-” go into a name.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    space = forms.ModelChoiceField(
        Space.objects.none(), label=_("Space"), to_field_name="slug", empty_label=None
    )
    machine = forms.ModelChoiceField(
        Machine.objects.none(),
        label=_("Machine"),
        required=False,
        to_field_name="slug",
        empty_label=_("None yet"),
        help_text=_("Without a machine it unlocks nothing."),
    )
    is_interlock = forms.BooleanField(
        label=_("It switches the machine (interlock)"), required=False, initial=True
    )
    is_reader = forms.BooleanField(label=_("It reads badges"), required=False, initial=True)
    is_enrolment = forms.BooleanField(
        label=_("It stands at the desk: badges nobody has are shown to staff"), required=False
    )

    def __init__(self, *args: Any, spaces: Collection[Space], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["space"].queryset = _spaces(spaces)  # type: ignore[attr-defined]
        self.fields["machine"].queryset = _machines(spaces)  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if name == SERVERS_OWN:
            raise forms.ValidationError(_("That is the server's own name. Choose another."))
        return name

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not (given.get("is_interlock") or given.get("is_reader")):
            self.add_error("is_interlock", _("Tick at least one: it switches, or it reads."))
        if given.get("is_enrolment") and not given.get("is_reader"):
            self.add_error("is_reader", _("At the desk it has to read badges."))
        return given


class AttachForm(forms.Form):
    """Which machine a device belongs to."""

    machine = forms.ModelChoiceField(
        Machine.objects.none(),
        label=_("Machine"),
        required=False,
        to_field_name="slug",
        empty_label=_("None: take it off"),
        help_text=_("Whoever uses the machine it leaves is switched off at once."),
    )

    def __init__(self, *args: Any, space: Space, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["machine"].queryset = _machines([space])  # type: ignore[attr-defined]


def _spaces(spaces: Collection[Space]) -> QuerySet[Space]:
    return Space.objects.filter(pk__in=[space.pk for space in spaces])


def _machines(spaces: Collection[Space]) -> QuerySet[Machine]:
    return Machine.objects.filter(space__in=spaces, retired_at=None)
