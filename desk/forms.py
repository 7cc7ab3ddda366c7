"""What staff type about a person; each form cleans its fields, the services judge."""

from datetime import tzinfo
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from members.fields import DayField, NameField
from members.models import Member, Plan, Role, Space
from members.services import normalise_badge
from members.services.badges import BadgeError
from members.zones import end_of


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

    def told(self, zone: tzinfo) -> dict[str, Any]:
        """As place_hold asks for it; until the first instant after the last day in `zone`."""
        day = self.cleaned_data["last_day"]
        words = {name: self.cleaned_data[name] for name in ("reason", "remedy")}
        return {**words, "until": end_of(day, zone) if day else None}


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


class GuardianForm(forms.Form):
    guardian = forms.EmailField(
        label=_("Mail address of the guardian"),
        required=False,
        help_text=_(
            "Who signs for them, and reads their mails where they have no address of their own."
            " Empty: they sign for themselves."
        ),
    )
    adult_from = DayField(
        label=_("Comes of age on"),
        widget=DateInput(),
        required=False,
        help_text=_("From that day on they sign for themselves. Empty: until you say otherwise."),
    )


def signer_of(person: Member) -> dict[str, Any]:
    """What a form about the guardian of `person` begins with."""
    address = person.guardian.email if person.guardian else ""
    return {"guardian": address, "adult_from": person.adult_from}


class PersonForm(GuardianForm):
    name = NameField(label=_("Name"))
    email = forms.EmailField(
        label=_("Mail address"),
        required=False,
        help_text=_("They set a password by it. A child may have none."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    sure = forms.BooleanField(
        label=_("It is somebody else, and the address is right."),
        required=False,
        widget=forms.HiddenInput,
    )
    field_order = ["name", "email", "guardian", "adult_from", "language", "sure"]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        typed = (values.get("email"), values.get("guardian"))
        if not self.errors and not any(typed):
            self.add_error("email", _("Write an address of theirs, or of a guardian."))
        return values

    def told(self) -> dict[str, Any]:
        """As make_member asks for it."""
        given = {name: self.cleaned_data[name] for name in ("name", "email", "language")}
        signer = self.cleaned_data["guardian"], self.cleaned_data["adult_from"]
        return {**given, "guardian_email": signer[0], "adult_from": signer[1]}

    def ask_whether(self) -> None:
        """Show the box to tick: somebody like them is here, or the address looks mistyped."""
        self.fields["sure"].widget = forms.CheckboxInput()


class PlanChoices(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic in the stubs only
    def label_from_instance(self, plan: Plan) -> str:
        return f"{plan.name}: {plan.description}" if plan.description else plan.name


class PlanForm(forms.Form):
    plan = PlanChoices(
        label=_("Plan"),
        queryset=Plan.objects.filter(retired_at=None)
        .exclude(joining=Plan.Joining.STAFF)
        .exclude(kind=Plan.Kind.DAY),
        empty_label=None,
        widget=forms.RadioSelect,
    )


class DeclineForm(forms.Form):
    why = forms.CharField(
        label=_("Why"), max_length=120, help_text=_("The member reads this in a mail.")
    )


class RoleForm(forms.Form):
    kind = forms.ChoiceField(label=_("Role"), choices=Role.Kind.choices, initial="staff")
    space = forms.ModelChoiceField(
        Space.objects.none(),
        label=_("Where"),
        required=False,
        empty_label=_("in all spaces, those to come included"),
    )

    def offer(self, spaces: list[Space], everywhere: bool) -> None:
        """Only what the asker may give."""
        field = self.fields["space"]
        field.queryset = Space.objects.filter(pk__in=[space.pk for space in spaces])  # type: ignore[attr-defined]
        if not everywhere:
            field.required, field.empty_label = True, None  # type: ignore[attr-defined]


class EraseForm(forms.Form):
    name = forms.CharField(label=_("Type the name, to be sure"), max_length=80)

    def __init__(self, *args: object, person: Member, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.person = person

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"].strip()
        if name.casefold() != self.person.name.casefold():
            raise forms.ValidationError(
                _("This is not the name: %(name)s"), params={"name": self.person.name}
            )
        return name
