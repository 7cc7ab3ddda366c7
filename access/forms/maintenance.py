"""What is said of somebody who is to mend a machine."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from access.forms.devices import AssignForm


class MaintenanceForm(AssignForm):
    """Who, why and for how long."""

    why = forms.CharField(
        label=_("What is to be done"),
        max_length=200,
        help_text=_("Such as: fit the new belt, try the axis. It stays on record."),
    )
    minutes = forms.IntegerField(label=_("For how many minutes"), min_value=1)

    one_person = forms.BooleanField(
        label=_("One person alone: it is isolated from its supply"),
        required=False,
        help_text=_(
            "This machine asks for two people, and so does mending it: a second person who may use"
            " it taps after the first and stays. It stays on record that you said one will do."
        ),
    )

    field_order = ["person", "why", "minutes", "one_person"]

    def __init__(self, *args: Any, most: int, two_person: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not two_person:
            del self.fields["one_person"]
        self.fields["person"].label = _("Who")
        minutes = self.fields["minutes"]
        minutes.max_value = most  # type: ignore[attr-defined]
        minutes.help_text = _("%d at most, from now on.") % most
        minutes.widget.attrs["max"] = most
