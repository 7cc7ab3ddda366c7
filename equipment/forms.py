"""Forms about certifications, lockouts and faults. They clean fields and judge nothing."""

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from equipment.models import CertificationType, Feature, Level, Mode
from members.fields import DayField
from members.models import Member
from members.zones import end_of

MODE_HINT = _("A job that finishes may still run for as long as its tool class allows.")


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
    note = forms.CharField(label=_("Note"), required=False, max_length=200)

    def __init__(
        self,
        *args: Any,
        types: QuerySet[CertificationType],
        people: QuerySet[Member],
        levels: list[Level],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["type"].queryset = types  # type: ignore[attr-defined]
        self.fields["people"].queryset = people  # type: ignore[attr-defined]
        self.fields["level"].choices = [  # type: ignore[attr-defined]
            (level.value, level.label) for level in levels
        ]

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
    mode = forms.ChoiceField(
        label=_("If a machine is running for them now"),
        choices=Mode.choices,
        initial=Mode.STOP,
        widget=forms.RadioSelect,
        help_text=MODE_HINT,
    )


class LockOutForm(forms.Form):
    """Why a machine is out of service, and until when that is likely."""

    why = forms.CharField(
        label=_("Why"),
        max_length=200,
        help_text=_("Told to everybody who looks at the machine."),
    )
    mode = forms.ChoiceField(
        label=_("If it is running now"),
        choices=Mode.choices,
        initial=Mode.STOP,
        widget=forms.RadioSelect,
        help_text=MODE_HINT,
    )
    expected_until = forms.DateTimeField(
        label=_("Expected back"),
        required=False,
        help_text=_("A guess for people who plan. The lockout ends only when somebody clears it."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    do_not_energise = forms.BooleanField(
        label=_("Do not energise: not even for maintenance"), required=False
    )

    def clean_expected_until(self) -> datetime | None:
        expected: datetime | None = self.cleaned_data["expected_until"]
        if expected is not None and expected <= timezone.now():
            raise forms.ValidationError(_("That has passed. Choose a later time, or leave it out."))
        return expected


class FaultForm(forms.Form):
    """What a member noticed."""

    words = forms.CharField(
        label=_("What is wrong?"),
        max_length=1000,
        help_text=_("What you saw, heard or smelled, and what you were doing."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    unsafe = forms.BooleanField(
        label=_("It is not safe: lock it out now"),
        required=False,
        help_text=_("It stops at once and stays locked for everybody until staff clear it."),
    )


class SetUpForm(forms.Form):
    """What a machine has, for those who will take any machine of its kind."""

    features = forms.ModelMultipleChoiceField(
        Feature.objects.all(),
        label=_("It has"),
        required=False,
        to_field_name="slug",
        widget=forms.CheckboxSelectMultiple,
    )
    new_feature = forms.CharField(
        label=_("Something else it has"),
        required=False,
        max_length=60,
        help_text=_("Such as a rotary axis. Others may then tick it, too."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    releases_no_shows = forms.BooleanField(
        label=_("Give the time back when nobody has checked in by page"), required=False
    )
