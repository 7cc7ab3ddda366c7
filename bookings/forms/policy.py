"""The policy of a tool class as one form: its columns, and rows of limits, hours and questions.

Cleans what was typed and says what cannot be; saves nothing.
"""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.forms import (
    BaseInlineFormSet,
    BaseModelFormSet,
    inlineformset_factory,
    modelformset_factory,
)
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from bookings.models import PlanLimit, PolicyWindow, Question
from bookings.policy import Whole
from bookings.services.policy import COLUMNS, GROUPS
from equipment.models import Machine, Shared, ToolClass

EXTRA = 2  # empty rows at the end of each list; saved, there are two more
MOST_ROWS = 60
# What says that there are more is not believed, and costs no more than so many.
BOUNDED: dict[str, Any] = {
    "max_num": MOST_ROWS,
    "absolute_max": MOST_ROWS,
    "validate_max": True,
}

TITLES = {
    "when": _("When"),
    "how much": _("How much"),
    "consent": _("With whose consent"),
    "freed time": _("Freed time"),
    "at the machine": _("At the machine"),
}
LABELS = {
    "step_minutes": _("Step, in minutes"),
    "start_times": _("Start times"),
    "shortest_minutes": _("Shortest booking, in minutes"),
    "longest_minutes": _("Longest booking, in minutes"),
    "horizon_days": _("Days ahead"),
    "notice_minutes": _("Notice to book, in minutes"),
    "move_notice_minutes": _("Notice to move, in minutes"),
    "cancel_notice_minutes": _("Notice to cancel, in minutes"),
    "buffer_minutes": _("Kept free after each booking, in minutes"),
    "gap_minutes": _("Between two bookings of one member, in minutes"),
    "staffed_only": _("Only while staff are there"),
    "overnight": _("May run past midnight"),
    "unattended": _("May run on while the space is closed"),
    "waitlist_only": _("Not booked ahead: walk up, or wait"),
    "most_future": _("Bookings ahead of one member"),
    "most_per_day": _("Bookings of one member on one day"),
    "last_minute_minutes": _("Quotas do not count this many minutes before the start"),
    "approval_above_minutes": _("Staff approve what is longer, in minutes"),
    "approval_first": _("Staff approve a member's first booking"),
    "offer_minutes": _("Minutes an offer is kept"),
    "fair_share": _("Offer first to who used the kind least"),
    "walk_up": _("Walk up and start without a booking"),
    "walk_up_minutes": _("Longest walk-up, in minutes"),
    "early_start_minutes": _("Start early by up to, in minutes"),
    "overrun_minutes": _("Run over by up to, in minutes"),
    "no_show_minutes": _("Release what nobody began, after minutes"),
    "finish_seconds": _("A running job may finish, in seconds"),
    "least_credential": _("To unlock it takes"),
    "two_person": _("Two people, both of whom may use it"),
    "supervised": _("Those who learn may use it beside who may certify"),
    "maintenance_minutes": _("Longest leave to mend it, in minutes"),
    "idle_end_minutes": _("Lock what nobody works at, after minutes"),
    "keep_minutes": _("Keep the rest of what was ended early, in minutes"),
    "take_over_minutes": _("Whoever is booked may take over what was left on, after minutes"),
    "extend_by_tap_minutes": _("A tap in the last 10 minutes extends by, in minutes"),
}
HINTS = {
    "start_times": _("Such as 10:00 14:00. Empty: every step."),
    "horizon_days": _("0: today only."),
    "move_notice_minutes": _("Later it stays, or is cancelled."),
    "cancel_notice_minutes": _("Later it is marked as late, and counts in quotas."),
    "most_future": _("Empty: as many as one likes."),
    "most_per_day": _("Empty: as many as one likes."),
    "last_minute_minutes": _("Empty: quotas always count."),
    "approval_above_minutes": _("Empty: never."),
    "no_show_minutes": _("Empty: never."),
    "idle_end_minutes": _("Empty: never. Only where current is measured."),
    "keep_minutes": _("Then it is free for others. Empty: it stays theirs."),
    "extend_by_tap_minutes": _("0: a tap shows the time left and extends nothing."),
}


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """The columns."""

    class Meta:
        model = ToolClass
        fields = COLUMNS
        labels = LABELS
        help_texts = HINTS

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        shortest, longest = given.get("shortest_minutes"), given.get("longest_minutes")
        if shortest is not None and longest is not None and shortest > longest:
            self.add_error("longest_minutes", _("Choose no less than the shortest booking."))
        return given

    def groups(self) -> list[tuple[object, list[forms.BoundField]]]:
        return [(TITLES[group], [self[name] for name in names]) for group, names in GROUPS.items()]


class ClockInput(forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class LimitForm(forms.ModelForm):  # type: ignore[type-arg]
    """One limit. A length, a horizon and a moment have no period; a sum and a count need one."""

    class Meta:
        model = PlanLimit
        fields = (
            "plan",
            "measure",
            "amount",
            "period",
            "machine",
            "opens",
            "closes",
            "counts_past",
        )
        labels = {
            "plan": _("Plan"),
            "measure": _("At most"),
            "amount": _("How many"),
            "period": _("In"),
            "machine": _("On"),
            "opens": _("Between"),
            "closes": _("And"),
            "counts_past": _("Past ones count"),
        }
        widgets = {"opens": ClockInput(), "closes": ClockInput()}

    def __init__(self, *args: Any, machines: Sequence[Machine] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["plan"].empty_label = _("everybody")  # type: ignore[attr-defined]
        machine = self.fields["machine"]
        machine.empty_label = _("all of them")  # type: ignore[attr-defined]
        of_kind = Machine.objects.filter(pk__in=[one.pk for one in machines])
        machine.queryset = of_kind  # type: ignore[attr-defined]
        machine.choices = [  # type: ignore[attr-defined]
            ("", machine.empty_label),  # type: ignore[attr-defined]
            *((one.pk, one.name) for one in machines),
        ]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        measure, period = given.get("measure"), given.get("period")
        is_counted = measure in (PlanLimit.Measure.MINUTES, PlanLimit.Measure.BOOKINGS)
        if is_counted and not period:
            self.add_error("period", _("Choose a period."))
        if measure and not is_counted:
            given["period"], given["opens"], given["closes"] = "", None, None
        if (given.get("opens") is None) != (given.get("closes") is None):
            self.add_error("closes", _("Write both times, or none."))
        return given


class WindowForm(forms.ModelForm):  # type: ignore[type-arg]
    """Hours of the week that differ. Only hours kept have a plan, only peak hours a percentage."""

    class Meta:
        model = PolicyWindow
        fields = ("kind", "weekday", "opens", "closes", "percent", "plan")
        labels = {
            "kind": _("What differs"),
            "weekday": _("On"),
            "opens": _("From"),
            "closes": _("Until"),
            "percent": _("Peak: an hour counts, in percent"),
            "plan": _("Kept for the plan"),
        }
        widgets = {"opens": ClockInput(), "closes": ClockInput()}

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        is_kept = given.get("kind") == PolicyWindow.Kind.KEPT
        if is_kept and not given.get("plan"):
            self.add_error("plan", _("Choose for whom."))
        if not is_kept:
            given["plan"] = None
        return given


class QuestionForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Question
        fields = ("text", "required", "order")
        labels = {
            "text": _("Question"),
            "required": _("Must be answered"),
            "order": _("Place in the order"),
        }


class SharedForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Shared
        fields = ("name", "capacity", "machines")
        labels = {
            "name": _("What is shared"),
            "capacity": _("Machines at the same time"),
            "machines": _("By which machines"),
        }
        widgets = {"machines": forms.CheckboxSelectMultiple()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        in_use = Machine.objects.filter(retired_at=None)
        self.fields["machines"].queryset = in_use  # type: ignore[attr-defined]

    def clean_capacity(self) -> int:
        capacity: int = self.cleaned_data["capacity"]
        if capacity < 1:
            raise forms.ValidationError(_("Choose 1 or more."))
        return capacity


class PolicyForms:
    """All of it, bound to one post or to none."""

    def __init__(self, today: Whole, posted: QueryDict | None = None) -> None:
        self.today = today
        kind = ToolClass.objects.get(pk=today.kind.pk)  # the form writes into its own copy
        machines = list(kind.machines.filter(retired_at=None))
        self.columns = PolicyForm(posted, instance=kind, prefix="policy")
        self.limits = _rows(PlanLimit, LimitForm, kind, posted, form_kwargs={"machines": machines})
        self.windows = _rows(PolicyWindow, WindowForm, kind, posted)
        unretired = Question.objects.filter(retired_at=None)
        self.questions = _rows(Question, QuestionForm, kind, posted, queryset=unretired)

    def is_valid(self) -> bool:
        """Asks all of them, so that every flaw is told at once."""
        parts = (self.columns, self.limits, self.windows, self.questions)
        return sum(not part.is_valid() for part in parts) == 0

    def draft(self) -> Whole:
        """The policy as it was typed; limits over all kinds stand beside it as they are."""
        overall = [limit for limit in self.today.limits if limit.tool_class_id is None]
        return Whole(
            kind=self.columns.instance,
            limits=[*_kept(self.limits), *overall],
            windows=_kept(self.windows),
            questions=_kept(self.questions),
            shared=self.today.shared,
        )


class AcrossForms:
    """What holds across kinds: limits over all machines together, and what machines share."""

    def __init__(self, posted: QueryDict | None = None) -> None:
        machines = list(Machine.objects.filter(retired_at=None))
        self.limits = _free_rows(
            PlanLimit,
            LimitForm,
            posted,
            queryset=PlanLimit.objects.filter(tool_class=None),
            form_kwargs={"machines": machines},
        )
        shared = Shared.objects.prefetch_related("machines")
        self.shared = _free_rows(Shared, SharedForm, posted, queryset=shared)

    def is_valid(self) -> bool:
        return sum(not rows.is_valid() for rows in (self.limits, self.shared)) == 0


def _free_rows(
    model: type[Any], form: type[Any], posted: QueryDict | None, **given: Any
) -> BaseModelFormSet:  # type: ignore[type-arg]
    make: Callable[..., Any] = modelformset_factory(
        model, form=form, extra=1, can_delete=True, **BOUNDED
    )
    rows: BaseModelFormSet = make(  # type: ignore[type-arg]
        posted, prefix=model._meta.model_name, **given
    )
    return rows


def _rows(
    model: type[Any],
    form: type[Any],
    kind: ToolClass,
    posted: QueryDict | None,
    **given: Any,
) -> BaseInlineFormSet:  # type: ignore[type-arg]
    make: Callable[..., Any] = inlineformset_factory(
        ToolClass, model, form=form, extra=EXTRA, **BOUNDED
    )
    rows: BaseInlineFormSet = make(  # type: ignore[type-arg]
        posted, instance=kind, prefix=model._meta.model_name, **given
    )
    return rows


def _kept(rows: BaseInlineFormSet) -> list[Any]:  # type: ignore[type-arg]
    """The instances as typed, without empty rows and those to be removed."""
    return [
        form.instance
        for form in rows.forms
        if form.has_changed() or form.instance.pk
        if not form.cleaned_data.get("DELETE")
    ]
