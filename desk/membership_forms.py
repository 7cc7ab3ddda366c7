"""What is typed about a membership; each form cleans its fields, the services judge."""

from datetime import date, datetime, tzinfo
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from desk.forms import DateInput
from members.fields import DayField, NameField
from members.models import Plan
from members.services.day_passes import MOST
from members.services.plans import COLUMNS
from members.terms import day_begins, term_ends
from members.zones import end_of


class DaysForm(forms.Form):
    """A form about days, by the clock of whoever's membership it is.

    `told` of each is what was typed as the service of that act asks for it.
    """

    def __init__(self, *args: Any, zone: tzinfo, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone, self.now = zone, now

    def from_day(self, day: date) -> datetime:
        """Today is from now on, any other day from its first instant."""
        is_today = day == self.now.astimezone(self.zone).date()
        return self.now if is_today else day_begins(day, self.zone)

    def after_day(self, day: date | None) -> datetime | None:
        return end_of(day, self.zone) if day else None


class StartForm(DaysForm):
    plan = forms.ModelChoiceField(label=_("Plan"), queryset=Plan.objects.none(), empty_label=None)
    first_day = DayField(label=_("From"), widget=DateInput())
    last_day = DayField(
        label=_("Until and with"),
        widget=DateInput(),
        required=False,
        help_text=_("Empty: as long as the plan says, or without an end."),
    )
    why = forms.CharField(
        label=_("Why, if it began in the past"),
        max_length=120,
        required=False,
        help_text=_("Such as: paper form of 3 May. It stays in the record."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        terms = Plan.objects.filter(retired_at=None).exclude(kind=Plan.Kind.DAY)
        self.fields["plan"].queryset = terms  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        first, last = values.get("first_day"), values.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("The last day comes before the first."))
        return values

    def told(self) -> dict[str, Any]:
        """Without a last day, to the end of the plan's term."""
        plan, starts = self.cleaned_data["plan"], self.from_day(self.cleaned_data["first_day"])
        until = self.after_day(self.cleaned_data["last_day"])
        until = until or term_ends(starts, plan.months, self.zone)
        return {"plan": plan, "starts": starts, "until": until, "why": self.cleaned_data["why"]}


class EndForm(DaysForm):
    last_day = DayField(
        label=_("Last day"), widget=DateInput(), required=False, help_text=_("Empty: ends now.")
    )
    why = forms.CharField(label=_("Why"), max_length=120, required=False)

    def told(self) -> dict[str, Any]:
        until = self.after_day(self.cleaned_data["last_day"]) or self.now
        return {"until": until, "why": self.cleaned_data["why"]}


class PauseForm(DaysForm):
    first_day = DayField(label=_("From"), widget=DateInput())
    last_day = DayField(label=_("Until and with"), widget=DateInput())
    why = forms.CharField(label=_("Why"), max_length=120, required=False)

    def told(self) -> dict[str, Any]:
        starts = self.from_day(self.cleaned_data["first_day"])
        until = self.after_day(self.cleaned_data["last_day"])
        return {"starts": starts, "until": until, "why": self.cleaned_data["why"]}


class ChangeForm(DaysForm):
    plan = forms.ModelChoiceField(
        label=_("New plan"), queryset=Plan.objects.none(), empty_label=None
    )
    first_day = DayField(label=_("From"), widget=DateInput())

    def __init__(self, *args: Any, plans: "QuerySet[Plan]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["plan"].queryset = plans  # type: ignore[attr-defined]

    def told(self) -> dict[str, Any]:
        starts = self.from_day(self.cleaned_data["first_day"])
        return {"plan": self.cleaned_data["plan"], "starts": starts}


class SureForm(forms.Form):
    """Nothing but the button."""


class RenewForm(forms.Form):
    """The end that somebody saw, so that pressed twice is renewed once."""

    due = forms.DateTimeField(widget=forms.HiddenInput, input_formats=["%Y-%m-%dT%H:%M:%S.%f%z"])

    def clean_due(self) -> datetime:
        due: datetime = self.cleaned_data["due"]
        return due


class PassesForm(DaysForm):
    # how many they had when it was shown, so that pressed twice is given once
    seen = forms.IntegerField(widget=forms.HiddenInput)
    plan = forms.ModelChoiceField(
        label=_("Plan"),
        queryset=Plan.objects.filter(kind=Plan.Kind.DAY, retired_at=None),
        empty_label=None,
    )
    count = forms.IntegerField(label=_("How many days"), min_value=1, max_value=MOST, initial=1)
    last_day = DayField(
        label=_("To be used by"),
        widget=DateInput(),
        required=False,
        help_text=_("Empty: whenever they like."),
    )

    def told(self) -> dict[str, Any]:
        plan, count = self.cleaned_data["plan"], self.cleaned_data["count"]
        expires = self.after_day(self.cleaned_data["last_day"])
        return {
            "plan": plan,
            "count": count,
            "expires": expires,
            "seen": self.cleaned_data["seen"],
        }

    def look_again(self, seen: int) -> None:
        """After a refusal the next press is about what is shown now."""
        self.data = {**self.data, "seen": seen}


class DayForm(DaysForm):
    day = DayField(label=_("Which day"), widget=DateInput())


class GuestForm(forms.Form):
    name = NameField(label=_("Name of your guest"), help_text=_("You answer for them while here."))


class PlanSettingsForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """Everything about a plan but its money, which is not ours yet."""

    class Meta:
        model = Plan
        fields = COLUMNS
        labels = {
            "name": _("Name"),
            "description": _("Description"),
            "kind": _("Kind"),
            "months": _("Months of a term"),
            "joining": _("How one joins"),
            "overdue_days": _("Days it is served on after a term"),
            "renews_itself": _("Members renew it themselves"),
            "pause_days": _("Days of pause a calendar year"),
            "guests_a_month": _("Guests a month"),
        }
        help_texts = {
            "description": _("Members read it where they choose."),
            "kind": _("A trial is had once. Of single days, staff give passes."),
            "months": _("Empty: until somebody ends it."),
            "overdue_days": _("Machines still unlock on these days; then it lapses."),
            "renews_itself": _("In the last month of a term, and later."),
            "pause_days": _("0: it cannot rest. Its term ends so much later."),
            "guests_a_month": _("Visits, however many people. 0: none."),
        }

    def clean_months(self) -> int | None:
        months: int | None = self.cleaned_data["months"]
        if months is not None and not 1 <= months <= 120:
            raise forms.ValidationError(_("Between 1 and 120, or empty."))
        return months

    def clean_pause_days(self) -> int:
        return self._at_most("pause_days", 366)

    def clean_overdue_days(self) -> int:
        return self._at_most("overdue_days", 366)

    def clean_guests_a_month(self) -> int:
        return self._at_most("guests_a_month", 1000)

    def _at_most(self, name: str, most: int) -> int:
        value: int = self.cleaned_data[name]
        if value > most:
            raise forms.ValidationError(_("At most %(most)s."), params={"most": most})
        return value
