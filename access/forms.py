"""What staff say about devices and badges."""

from django import forms
from django.utils.translation import gettext_lazy as _

from members.models import Member
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
