"""Forms about people."""

from datetime import date
from typing import Any

from allauth.account.forms import ChangePasswordForm as AllauthChangePasswordForm
from allauth.account.forms import ResetPasswordKeyForm as AllauthResetPasswordKeyForm
from allauth.account.forms import SignupForm as AllauthSignupForm
from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.doubts import meant
from members.fields import DayField, NameField
from members.models import Space
from members.services.pins import PinError, check_pin


class SignupForm(AllauthSignupForm):  # type: ignore[misc]
    """E-mail, name, password, and who signs: no more than it takes to join."""

    data: Any  # what was sent; allauth is untyped

    name = NameField(
        label=_("Your name"),
        help_text=_("Others see your first name and an initial."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    age = forms.ChoiceField(
        label=_("Your age"),
        choices=[("adult", _("I am of age")), ("minor", _("I am not of age yet"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one. A guardian signs for those who are not.")},
    )
    adult_from = DayField(
        label=_("If not: the day you come of age"),
        required=False,
        help_text=_(
            "In most countries the 18th birthday. Until then a guardian signs for you. "
            "Nothing else about your age is kept, and of those who are of age nothing at all."
        ),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    # the address that was asked about; typed again it is taken as it is
    asked_about = forms.CharField(widget=forms.HiddenInput, required=False)

    field_order = ["name", "email", "age", "adult_from", "password1", "password2"]

    def clean(self) -> dict[str, Any]:
        """`adult_from` is a day to come, or None for who is of age."""
        values: dict[str, Any] = super().clean()
        if values.get("age") != "minor":
            values["adult_from"] = None
        elif "adult_from" in values and (values["adult_from"] or date.min) <= timezone.now().date():
            self.add_error("adult_from", _("Write the day on which you will be of age."))
        self._ask_whether(values.get("email", ""), values.get("asked_about", ""))
        return values

    def _ask_whether(self, email: str, asked_about: str) -> None:
        """Once: an address that looks mistyped may be right, and its owner alone knows."""
        if email == asked_about or not (likely := meant(email)):
            return
        words = _("Did you mean %s? Correct it; or, if it is right as it is, press Join again.")
        self.add_error("email", words % likely)
        self.data = {**self.data.dict(), "asked_about": email}


class _NewPassword(forms.Form):
    """allauth's fields for a new password, in our words: it writes Every Word Large."""

    WORDS = {
        "oldpassword": _("Current password"),
        "password1": _("New password"),
        "password2": _("New password again"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.WORDS.keys() & self.fields.keys():
            self.fields[name].label = self.WORDS[name]
            self.fields[name].widget.attrs["placeholder"] = self.WORDS[name]


class ChangePasswordForm(_NewPassword, AllauthChangePasswordForm):  # type: ignore[misc]
    """One's own, while signed in."""


class NewPasswordForm(_NewPassword, AllauthResetPasswordKeyForm):  # type: ignore[misc]
    """Behind the link of a mail."""


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


class PinForm(forms.Form):
    """A new PIN, twice. What was typed is never shown again."""

    pin = forms.CharField(
        label=_("New PIN"),
        max_length=8,
        help_text=_("4 to 8 digits, and none that anybody would try first."),
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    again = forms.CharField(
        label=_("The same again"),
        max_length=8,
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean_pin(self) -> str:
        pin: str = self.cleaned_data["pin"]
        try:
            check_pin(pin)
        except PinError as error:
            raise forms.ValidationError(str(error)) from error
        return pin

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if self.cleaned_data.get("pin") not in (None, again):
            raise forms.ValidationError(_("The two differ. Type both again."))
        return again


class GuardianNameForm(forms.Form):
    """Who a minor says signs for them."""

    name = NameField(label=_("Name of your guardian"), help_text=_("A parent, in most cases."))
    email = forms.EmailField(
        label=_("Their mail address"), help_text=_("We ask them there, and show it to staff.")
    )


class SignForm(forms.Form):
    """A signature on a page: the name typed out, and a tick."""

    name = NameField(
        label=_("Your full name"), widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    agreed = forms.BooleanField(label=_("I have read this and agree to it."))


class PaperForm(forms.Form):
    """A signature that staff have on paper."""

    name = NameField(
        label=_("Signed by"), help_text=_("As it stands on the paper; for a child, the guardian.")
    )
    note = forms.CharField(
        label=_("Where the paper is"), max_length=120, required=False, strip=True
    )


class VersionForm(forms.Form):
    """The text of a document, and from when on it counts."""

    name = forms.CharField(
        label=_("Name"), max_length=40, help_text=_("Such as: Waiver, House rules.")
    )
    text = forms.CharField(
        label=_("Text"),
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": 18}),
        help_text=_("An empty line parts paragraphs. “# ” begins a heading, “- ” a list item."),
    )
    required_from = DayField(
        label=_("Must be signed by"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("From this day on no machine unlocks for those who have not signed."),
    )
    guardian_signs = forms.BooleanField(
        label=_("A guardian signs for minors"),
        initial=True,
        required=False,
        help_text=_("Without this, minors sign alone. It can be changed later."),
    )

    def keep_signers(self) -> None:
        """Of a document that is there, who signs is said in the list of documents."""
        del self.fields["guardian_signs"]
