"""Forms about people."""

from allauth.account.forms import SignupForm as AllauthSignupForm
from django import forms
from django.utils.translation import gettext_lazy as _


class SignupForm(AllauthSignupForm):  # type: ignore[misc]
    """E-mail, name, password: no more than it takes to join."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=80,
        help_text=_("Others see your first name and an initial."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    field_order = ["name", "email", "password1", "password2"]
