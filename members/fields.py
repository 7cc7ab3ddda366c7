"""Form fields that several rooms need. They clean what was typed and judge nothing."""

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from members.names import holds_address, tidy

EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)


class NameField(forms.CharField):
    """A person's name, tidied: it stands in mails, calendars and on displays."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=80, **kwargs)

    def to_python(self, value: Any) -> str:
        return tidy(super().to_python(value) or "")

    def validate(self, value: str) -> None:
        super().validate(value)
        if holds_address(value):
            raise forms.ValidationError(_("Write the name alone, without an address."))


class DayField(forms.DateField):
    """A day that every zone and calendar can reckon with; in year 1 or 9999 some cannot."""

    default_validators = [MinValueValidator(EARLIEST), MaxValueValidator(LATEST)]
