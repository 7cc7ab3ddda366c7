"""Forms about what members hold."""

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from equipment.forms.modes import mode_field
from equipment.models import CertificationType, Level
from members.fields import DayField
from members.models import Member
from members.zones import end_of


class CertifyForm(forms.Form):
    """Whom to certify, for what, how far and how long."""

    type = forms.ModelChoiceField(
        CertificationType.objects.none(),
        label=_("Certification"),
        to_field_name="slug",
        empty_label=None,
    )
    lines = forms.CharField(
        label=_("People"),
        required=False,
        help_text=_("One per line: a name, a mail address or a badge number."),
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
        max_length=20_000,
    )
    people = forms.ModelMultipleChoiceField(
        Member.objects.none(),
        label=_("Or tick them"),
        required=False,
        to_field_name="public_id",
        widget=forms.CheckboxSelectMultiple,
    )
    level = forms.TypedChoiceField(label=_("Level"), coerce=int, initial=int(Level.FULL))
    last_day = DayField(
        label=_("Valid until"),
        required=False,
        help_text=_("The last day. Empty: as long as this certification lasts."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    note = forms.CharField(
        label=_("Note"), required=False, max_length=200, help_text=_("The member can read it.")
    )
    set_aside = forms.CharField(
        label=_("Set aside what is lacking, because"),
        required=False,
        max_length=200,
        help_text=_(
            "Empty: who lacks the theory or what comes before is refused. The reason is kept."
        ),
    )
    all_or_none = forms.BooleanField(
        label=_("Nobody, unless everybody on the list can be certified"), required=False
    )

    def __init__(
        self,
        *args: Any,
        types: QuerySet[CertificationType],
        people: QuerySet[Member],
        levels: list[Level],
        may_set_aside: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["type"].queryset = types  # type: ignore[attr-defined]
        self.fields["people"].queryset = people  # type: ignore[attr-defined]
        self.fields["level"].choices = [  # type: ignore[attr-defined]
            (level.value, level.label) for level in levels
        ]
        if not may_set_aside:
            del self.fields["set_aside"]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not given.get("lines", "").strip() and not given.get("people"):
            self.add_error("lines", _("Write or tick at least one person."))
        return given

    @property
    def until(self) -> datetime | None:
        day = self.cleaned_data["last_day"]
        return end_of(day, timezone.get_current_timezone()) if day else None


class RevokeForm(forms.Form):
    """Why a certification is taken back, and what becomes of a running session."""

    why = forms.CharField(
        label=_("Why"),
        max_length=200,
        help_text=_("Told to the member."),
    )
    mode = mode_field(_("If a machine is running for them now"))


class SuspendForm(forms.Form):
    """Why a certification does not count for a while, and until when."""

    why = forms.CharField(
        label=_("Why"), max_length=120, help_text=_("Told to the member, also at the machine.")
    )
    last_day = DayField(
        label=_("Last day"),
        required=False,
        help_text=_("Empty: until somebody lifts it."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    mode = mode_field(_("If a machine is running for them now"))

    def told(self) -> dict[str, Any]:
        """As suspend_certification asks for it."""
        day = self.cleaned_data["last_day"]
        until = end_of(day, timezone.get_current_timezone()) if day else None
        return {"until": until, **{name: self.cleaned_data[name] for name in ("why", "mode")}}


class AttachmentForm(forms.Form):
    """One file; what it is, its bytes say."""

    upload = forms.FileField(
        label=_("File"),
        help_text=_("A PDF, or a PNG or JPEG picture, of 5 MB at most."),
        allow_empty_file=True,  # refused by the service, in its words
        error_messages={"required": _("Choose a file.")},
        widget=forms.FileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg"}),
    )

    def __init__(self, *args: Any, was_too_large: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if was_too_large:
            words = _("The file is larger than 5 MB. Send a smaller one.")
            self.fields["upload"].error_messages["required"] = words
