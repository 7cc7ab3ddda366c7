"""What staff say about devices and badges."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from access.adapters import SPEECHES, speech_of
from access.models import Device
from equipment.models import Machine
from members.models import Member, Space
from members.search import find_people


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
    """What a new device is. Its machine comes last, once it was heard."""

    KINDS = (
        ("box", _("Reader and interlock in one box, or the reader of a door")),
        ("interlock", _("Interlock: it switches a machine or an extractor")),
        ("reader", _("Reader of a machine whose interlock is another box")),
        ("desk", _("Reader at the desk: badges nobody has are shown to staff")),
    )
    FLAGS = {  # is_reader, is_interlock, is_enrolment
        "box": (True, True, False),
        "interlock": (False, True, False),
        "reader": (True, False, False),
        "desk": (True, False, True),
    }

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
    kind = forms.ChoiceField(
        label=_("What it is"), choices=KINDS, initial="box", widget=forms.RadioSelect
    )
    speaks = forms.ChoiceField(label=_("What it speaks"))
    address = forms.CharField(
        label=_("Its own name in topics"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )

    def __init__(self, *args: Any, spaces: Collection[Space], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["space"].queryset = _spaces(spaces)  # type: ignore[attr-defined]
        choices = [(speech.speaks, speech.label) for speech in SPEECHES]
        self.fields["speaks"].choices = choices  # type: ignore[attr-defined]
        self.fields["speaks"].initial = choices[0][0]
        helps = [str(speech.address_help) for speech in SPEECHES if speech.address_help]
        self.fields["address"].help_text = " ".join(helps)
        if not helps:
            del self.fields["address"]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        speaks = given.get("speaks")
        if speaks and speech_of(speaks).address_help and not given.get("address"):
            self.add_error("address", _("This firmware is found by it, so it is needed."))
        return given

    def device(self) -> dict[str, Any]:
        """What register_device takes."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "kind"}
        flags = self.FLAGS[self.cleaned_data["kind"]]
        return given | dict(zip(("is_reader", "is_interlock", "is_enrolment"), flags, strict=True))


class PartsForm(forms.Form):
    """What is built into a reader whose YAML is written here."""

    reads_with = forms.ChoiceField(label=_("It reads badges with"))
    has_keypad = forms.BooleanField(
        label=_("It has keys to type a PIN"),
        required=False,
        help_text=_("A 3 × 4 keypad on the board, or the keys of the Wiegand reader itself."),
    )

    def __init__(self, *args: Any, device: Device, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        speech = speech_of(device.speaks)
        offered = [part for part in Device.ReadsWith.choices if part[0] in speech.reads_with]
        self.fields["reads_with"].choices = offered  # type: ignore[attr-defined]
        self.initial = {"reads_with": device.reads_with, "has_keypad": device.has_keypad}
        if not speech.keypad:
            del self.fields["has_keypad"]

    def parts(self) -> dict[str, Any]:
        """What set_parts takes."""
        return {"has_keypad": False} | self.cleaned_data


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

    def __init__(self, *args: Any, device: Device, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["machine"]
        field.queryset = _machines([device.space])  # type: ignore[attr-defined]
        if device.machine is None:
            field.empty_label = _("None yet")  # type: ignore[attr-defined]
            field.help_text = _("From then on members need it to use the machine.")
        else:
            self.initial.setdefault("machine", device.machine.slug)


class RelayTestForm(forms.Form):
    """Whoever asks says what will happen."""

    ready = forms.BooleanField(
        label=_("I am at the machine. It may start, or its plug is out."),
        error_messages={"required": _("Go to the machine first, then tick this.")},
    )


def _spaces(spaces: Collection[Space]) -> QuerySet[Space]:
    return Space.objects.filter(pk__in=[space.pk for space in spaces])


def _machines(spaces: Collection[Space]) -> QuerySet[Machine]:
    return Machine.objects.filter(space__in=spaces, retired_at=None)
