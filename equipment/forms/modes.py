"""What becomes of a machine that runs; asked wherever a right to run it is taken."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from equipment.models import Mode


def mode_field(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=Mode.choices,
        initial=Mode.STOP,
        widget=forms.RadioSelect,
        help_text=_("A job that finishes may still run for as long as its tool class allows."),
    )
