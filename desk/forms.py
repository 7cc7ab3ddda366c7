"""What staff type about a person; each form cleans its fields, the services judge."""

from datetime import UTC, date, datetime, time, tzinfo
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from members.fields import DayField, NameField
from members.models import Plan
from members.services import normalise_badge
from members.services.badges import BadgeError


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class HoldForm(forms.Form):
    reason = forms.CharField(
        label=_("Why"), max_length=120, help_text=_("The member reads this, also at a machine.")
    )
    remedy = forms.CharField(
        label=_("What lifts it"), max_length=120, help_text=_("What the member should do next.")
    )
    last_day = DayField(
        label=_("Until and with"),
        widget=DateInput(),
        required=False,
        help_text=_("Empty: until somebody lifts it."),
    )


class BadgeForm(forms.Form):
    number = forms.CharField(label=_("Badge number"), max_length=80)
    fmt = forms.ChoiceField(
        label=_("Written as"),
        choices=[
            ("hex", _("hex, as a reader shows it")),
            ("reversed", _("hex, bytes reversed")),
            ("decimal", _("the decimal number printed on it")),
        ],
        initial="hex",
    )

    def clean(self) -> dict[str, Any]:
        """Adds `badge`: upper hex without separators, as the wire has it."""
        values = super().clean() or {}
        if "number" in values and "fmt" in values:
            try:
                values["badge"] = normalise_badge(values["number"], values["fmt"])
            except BadgeError as error:
                self.add_error("number", str(error))
        return values


class MembershipForm(forms.Form):
    plan = forms.ModelChoiceField(label=_("Plan"), queryset=Plan.objects.all(), empty_label=None)
    first_day = DayField(label=_("From"), widget=DateInput())
    last_day = DayField(
        label=_("Until and with"),
        widget=DateInput(),
        required=False,
        help_text=_("Empty: as long as the plan says, or without an end."),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        first, last = values.get("first_day"), values.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("The last day comes before the first."))
        return values


class PersonForm(forms.Form):
    name = NameField(label=_("Name"))
    email = forms.EmailField(
        label=_("Mail address"),
        required=False,
        help_text=_("They set a password by it. A child may have none."),
    )
    guardian = forms.EmailField(
        label=_("Mail address of the guardian"),
        required=False,
        help_text=_("Of a child: who signs for it and reads its mails."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        typed = (values.get("email"), values.get("guardian"))
        if not self.errors and not any(typed):
            self.add_error("email", _("Write an address of theirs, or of a guardian."))
        return values


class PlanChoices(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic in the stubs only
    def label_from_instance(self, plan: Plan) -> str:
        return f"{plan.name}: {plan.description}" if plan.description else plan.name


class PlanForm(forms.Form):
    plan = PlanChoices(
        label=_("Plan"),
        queryset=Plan.objects.exclude(joining=Plan.Joining.STAFF),
        empty_label=None,
        widget=forms.RadioSelect,
    )


class DeclineForm(forms.Form):
    why = forms.CharField(
        label=_("Why"), max_length=120, help_text=_("The member reads this in a mail.")
    )


class JoiningForm(forms.Form):
    """For each plan, how one joins it."""

    def __init__(self, *args: Any, plans: list[Plan], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._plans = plans
        for plan in plans:
            self.fields[plan.slug] = forms.ChoiceField(
                label=plan.name, choices=Plan.Joining.choices, initial=plan.joining
            )

    def chosen(self) -> list[tuple[Plan, str]]:
        return [(plan, self.cleaned_data[plan.slug]) for plan in self._plans]


class EndForm(forms.Form):
    last_day = DayField(
        label=_("Last day"), widget=DateInput(), required=False, help_text=_("Empty: ends now.")
    )


def day_begins(day: date, zone: tzinfo) -> datetime:
    """The first instant of a local day, in UTC."""
    return datetime.combine(day, time(0), tzinfo=zone).astimezone(UTC)


def plan_ends(plan: Plan, first: date, zone: tzinfo) -> datetime | None:
    """Where the plan's months end, on the same day of the month or its last; None: open-ended."""
    if plan.months is None:
        return None
    year, month = divmod(first.year * 12 + first.month - 1 + plan.months, 12)
    for day in range(first.day, 27, -1):
        try:
            return day_begins(date(year, month + 1, day), zone)
        except ValueError:  # 31 April: the day before
            continue
    return day_begins(date(year, month + 1, min(first.day, 27)), zone)
