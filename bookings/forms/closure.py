"""From when until when something is closed, and why; in the clock of the space."""

from datetime import tzinfo
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookings.forms.booking import WALL, WallTimeField
from bookings.rules.local import Instant
from members.services.closures import Stretch


class ClosureForm(forms.Form):
    starts = WallTimeField(label=_("From"))
    ends = WallTimeField(label=_("Until"))
    reason = forms.CharField(
        label=_("Why"), max_length=120, help_text=_("Everybody who looks at that time reads it.")
    )

    def __init__(self, *args: Any, zone: tzinfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("starts", "ends"):
            self.fields[name].zone = zone  # type: ignore[attr-defined]
            plain = {"type": "datetime-local", "step": 60}
            self.fields[name].widget = forms.DateTimeInput(attrs=plain, format=WALL)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        starts, ends = given.get("starts"), given.get("ends")
        if isinstance(starts, Instant) and isinstance(ends, Instant) and ends.at <= starts.at:
            self.add_error("ends", _("It ends before it begins. Choose a later end."))
        elif isinstance(ends, Instant) and ends.at <= timezone.now():
            self.add_error("ends", _("That is over. Choose a later end."))
        return given

    @property
    def stretch(self) -> Stretch:
        given = self.cleaned_data
        return Stretch(given["starts"].at, given["ends"].at, given["reason"])
