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

    field_order = ["person", "why", "minutes"]

    def __init__(self, *args: Any, most: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].label = _("Who")
        minutes = self.fields["minutes"]
        minutes.max_value = most  # type: ignore[attr-defined]
        minutes.help_text = _("%d at most, from now on.") % most
        minutes.widget.attrs["max"] = most
