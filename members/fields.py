"""Form fields that several rooms need. They clean what was typed and judge nothing."""

from datetime import date

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)


class DayField(forms.DateField):
    """A day that every zone and calendar can reckon with; in year 1 or 9999 some cannot."""

    default_validators = [MinValueValidator(EARLIEST), MaxValueValidator(LATEST)]
