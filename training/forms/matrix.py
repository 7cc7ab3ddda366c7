"""What the training matrix is narrowed to. A value there never was narrows nothing."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from equipment.models import Level, ToolClass
from members.models import Plan, Space
from training.cells import Kind
from training.matrix import Asked

STANDINGS = [
    ("", _("Any standing")),
    (Kind.HELD, _("Holds it")),
    (Kind.ENDING, _("Ends within 30 days")),
    (Kind.LAPSED, _("Has ended")),
    (Kind.SUSPENDED, _("Suspended")),
    (Kind.THEORY, _("Theory only")),
]


class MatrixForm(forms.Form):
    """Sent by GET; every field may stay empty."""

    q = forms.CharField(
        label=_("Name or mail"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    space = forms.ModelChoiceField(
        Space.objects.all(), label=_("Space"), required=False, to_field_name="slug"
    )
    plan = forms.ModelChoiceField(
        Plan.objects.all(), label=_("Plan"), required=False, to_field_name="slug"
    )
    kind = forms.ModelChoiceField(
        ToolClass.objects.exclude(requires=None),
        label=_("Tool class"),
        required=False,
        to_field_name="slug",
    )
    level = forms.TypedChoiceField(
        label=_("Level"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=lambda: (
            [("", _("Any level"))] + [(level.value, capfirst(str(level.label))) for level in Level]
        ),
    )
    standing = forms.ChoiceField(label=_("Standing"), required=False, choices=STANDINGS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, words in (("space", _("All spaces")), ("plan", _("All plans")),
                            ("kind", _("All tool classes"))):  # fmt: skip
            self.fields[name].empty_label = words  # type: ignore[attr-defined]

    def asked(self) -> Asked:
        self.is_valid()
        given = self.cleaned_data
        return Asked(
            name=given.get("q", ""),
            space=given.get("space"),
            plan=given.get("plan"),
            kind=given.get("kind"),
            level=given.get("level"),
            standing=given.get("standing", ""),
        )
