"""How a machine knows that a job runs, and how dangerous a kind of machine is."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from equipment.limits import LONGEST_FINISH, LONGEST_IDLE, MOST_MA
from equipment.models import Machine, ToolClass


class SensingForm(forms.Form):
    """Which sign there is, and what counts as one."""

    feedback = forms.ChoiceField(
        label=_("It knows by"),
        choices=[
            (Machine.Feedback.CURRENT, _("current: its interlock measures what it draws")),
            (Machine.Feedback.NONE, _("nothing: it is on while somebody's time lasts")),
            (
                Machine.Feedback.AUX,
                _("a contact of its contactor: finds one that is stuck, and sees no job"),
            ),
        ],
        widget=forms.RadioSelect,
    )
    run_above_ma = forms.IntegerField(
        label=_("A job runs from, in milliamperes"),
        min_value=0,
        max_value=MOST_MA,
        help_text=_("Above what it draws standing ready, below what the lightest job draws."),
    )
    idle_seconds = forms.IntegerField(
        label=_("A job is over after, in seconds below that"),
        min_value=1,
        max_value=LONGEST_IDLE,
        help_text=_("Longer than the pauses of a job: a heater that cycles, a change of tool."),
    )
    finish_fixed_seconds = forms.IntegerField(
        label=_("Stays on after its time, in seconds, where no job is seen"),
        min_value=0,
        max_value=LONGEST_FINISH,
        help_text=_("For a job to end in, unless somebody else's time begins. 0: not at all."),
    )

    def __init__(self, *args: Any, machine: Machine) -> None:
        super().__init__(*args)
        self.initial = {name: getattr(machine, name) for name in self.fields}


class RiskForm(forms.Form):
    """How much, and that what it does to devices is wanted."""

    risk = forms.ChoiceField(
        label=_("Risk"), choices=ToolClass.Risk.choices, widget=forms.RadioSelect
    )
    sure = forms.BooleanField(
        label=_("The devices named may stop to serve."), required=False, widget=forms.HiddenInput
    )

    def ask_whether(self) -> None:
        """Show the box to tick: some device does not do for what was chosen."""
        self.fields["sure"].widget = forms.CheckboxInput()
        self.add_error("sure", _("Read what becomes of them, then tick this, or choose less."))
