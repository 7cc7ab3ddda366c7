"""Where an outside calendar is and what it closes; cleans what was typed, and asks nobody."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from calendars.busy.fetching import Unreachable, checked
from calendars.busy.reading import MOST_BYTES, Unreadable, check
from calendars.busy.services import Asked
from calendars.busy.words import words_of
from equipment.models import Machine
from members.models import Space

HOURLY, DAILY = 60, 1440


class BusyForm(forms.Form):
    """An address or a file. A file that was read comes back as text, to be confirmed."""

    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        help_text=_("Stands wherever an event has no title of its own, as in “School”."),
    )
    machine = forms.ModelChoiceField(
        Machine.objects.none(),
        label=_("It closes"),
        to_field_name="slug",
        required=False,
    )
    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        required=False,
        help_text=_("In iCal format, as in https://school.example/rooms/7.ics."),
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
    )
    upload = forms.FileField(
        label=_("Or a file"),
        required=False,
        help_text=_("One that ends in .ics. It is read once and stays as it is."),
        widget=forms.FileInput(attrs={"accept": ".ics,text/calendar"}),
    )
    every_minutes = forms.TypedChoiceField(
        label=_("Read the address again"),
        choices=[(HOURLY, _("every hour")), (DAILY, _("once a day"))],
        coerce=int,
        initial=HOURLY,
    )
    text = forms.CharField(
        required=False, max_length=MOST_BYTES, strip=False, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, space: Space, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.space = space
        machines: Any = self.fields["machine"]
        machines.queryset = space.machines.filter(retired_at=None)
        machines.empty_label = _("the whole space")

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"].strip()
        try:
            return checked(url).geturl() if url else ""
        except Unreachable as error:
            raise forms.ValidationError(words_of(error.code)) from error

    def clean_upload(self) -> str:
        upload: UploadedFile[bytes] | None = self.cleaned_data["upload"]
        if upload is None:
            return ""
        body: bytes = upload.read(MOST_BYTES + 1)
        try:
            check(body)
        except Unreadable as error:
            raise forms.ValidationError(words_of(error.code)) from error
        return body.decode("utf-8-sig", errors="replace")

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not self.errors and bool(given.get("url")) == bool(self.file):
            self.add_error("url", _("Write an address or choose a file: one of the two."))
        return given

    @property
    def file(self) -> str:
        """A fresh file; else, without an address, the one that was read before."""
        given = getattr(self, "cleaned_data", {})
        text: str = given.get("upload") or ("" if given.get("url") else given.get("text", ""))
        return text

    @property
    def asked(self) -> Asked:
        given = self.cleaned_data
        return Asked(given["name"], self.space, given["machine"], given["url"], self.file)
