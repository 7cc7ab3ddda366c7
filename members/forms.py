"""Forms about people."""

from allauth.account.forms import SignupForm as AllauthSignupForm
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from members.fields import NameField
from members.models import Space


class SignupForm(AllauthSignupForm):  # type: ignore[misc]
    """E-mail, name, password: no more than it takes to join."""

    name = NameField(
        label=_("Your name"),
        help_text=_("Others see your first name and an initial."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    field_order = ["name", "email", "password1", "password2"]


class ProfileForm(forms.Form):
    """What members say about themselves."""

    name = NameField(
        label=_("Your name"),
        help_text=_("Others see your first name and an initial."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    language = forms.ChoiceField(
        label=_("Language"),
        choices=settings.LANGUAGES,
        help_text=_("Of these pages, of mails and of your calendar."),
    )
    space = forms.ModelChoiceField(
        Space.objects.all(),
        label=_("Home space"),
        required=False,
        empty_label=_("None yet"),
        help_text=_("Its board opens first, and times are shown by its clock."),
    )
