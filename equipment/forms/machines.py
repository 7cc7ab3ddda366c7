"""Forms about machines out of order, and what machines have."""

from datetime import datetime

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from equipment.forms.modes import mode_field
from equipment.models import Feature


class LockOutForm(forms.Form):
    """Why a machine is out of service, and until when that is likely."""

    why = forms.CharField(
        label=_("Why"),
        max_length=200,
        help_text=_("Told to everybody who looks at the machine."),
    )
    mode = mode_field(_("If it is running now"))
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
