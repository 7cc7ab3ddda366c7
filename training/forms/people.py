"""A person, asked for by name, mail address or badge number."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from members.models import Member
from members.search import find_people

MOST_NAMED = 5  # of those that may be meant


class PersonField(forms.CharField):
    """Cleans to the one member that is meant."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("A name, a mail address or a badge number."))
        super().__init__(max_length=200, **kwargs)

    def clean(self, value: Any) -> Member | None:
        text: str = super().clean(value)
        if not text:
            return None
        found = find_people(text, MOST_NAMED)
        if not found:
            raise ValidationError(_("Nobody by that name, address or badge. Check the spelling."))
        if len(found) > 1:
            names = ", ".join(member.name for member in found)
            told = _("Several people may be meant: %s. Write the mail address.") % names
            raise ValidationError(told)
        return found[0]
