"""Forms of inductions: they clean what was typed and judge nothing."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from bookings.forms.booking import WALL, WallTimeField
from equipment.models import CertificationType, Level, Machine
from members.models import Member, Space
from training.forms.people import PersonField
from training.models import Attendee, Induction
from training.services import Mark, Plan

State, Outcome = Attendee.State, Attendee.Outcome
MOST_SEATS, MOST_HOURS = 200, 24 * 60

MARKS = {
    "present": Mark(State.ATTENDED),
    "passed": Mark(State.ATTENDED, Outcome.PASSED),
    "not-yet": Mark(State.ATTENDED, Outcome.NOT_YET),
    "absent": Mark(State.ABSENT),
}
CHOICES = [
    ("present", _("Present")),
    ("passed", _("Passed")),
    ("not-yet", _("Not yet")),
    ("absent", _("Absent")),
]


class PlanForm(forms.Form):
    """When, where, for how many; times in the clock of the space."""

    title = forms.CharField(
        label=_("Title"),
        max_length=80,
        required=False,
        help_text=_("Empty: the name of the certification."),
    )
    starts = WallTimeField(label=_("From"))
    ends = WallTimeField(label=_("Until"))
    machines = forms.ModelMultipleChoiceField(
        Machine.objects.none(),
        label=_("Machines it needs"),
        required=False,
        to_field_name="slug",
        widget=forms.CheckboxSelectMultiple,
        help_text=_("They are booked for it, all or none."),
    )
    capacity = forms.IntegerField(label=_("Seats"), min_value=1, max_value=MOST_SEATS, initial=6)
    minimum = forms.IntegerField(
        label=_("At least so many people"),
        min_value=0,
        max_value=MOST_SEATS,
        initial=0,
        help_text=_("With fewer when sign-up closes, it is called off and everybody is told."),
    )
    closes_hours = forms.IntegerField(
        label=_("Sign-up closes, hours before"), min_value=0, max_value=MOST_HOURS, initial=24
    )
    cancel_hours = forms.IntegerField(
        label=_("Withdrawing is possible until, hours before"),
        min_value=0,
        max_value=MOST_HOURS,
        initial=24,
    )
    notes = forms.CharField(
        label=_("Notes"),
        required=False,
        max_length=1000,
        help_text=_("What to bring, where to meet."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self, *args: Any, space: Space, machines: QuerySet[Machine], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["machines"].queryset = machines  # type: ignore[attr-defined]
        for name in ("starts", "ends"):
            self.fields[name].zone = space.tz  # type: ignore[attr-defined]
            plain = {"type": "datetime-local", "step": 60}
            self.fields[name].widget = forms.DateTimeInput(attrs=plain, format=WALL)

    def plan(self, title: str) -> Plan:
        """What was typed; `title` where none was."""
        given = self.cleaned_data
        starts = given["starts"].at
        return Plan(
            title=given["title"] or title,
            starts=starts,
            ends=given["ends"].at,
            closes_at=starts - timedelta(hours=given["closes_hours"]),
            cancel_until=starts - timedelta(hours=given["cancel_hours"]),
            capacity=given["capacity"],
            minimum=given["minimum"],
            notes=given["notes"],
            machines=tuple(given["machines"]),
        )


class ChangeForm(PlanForm):
    """The same of one that is planned, and who gives it."""

    certifier = forms.ModelChoiceField(
        Member.objects.none(), label=_("Given by"), to_field_name="public_id", empty_label=None
    )
    field_order = ["certifier", "title"]

    def __init__(self, *args: Any, certifiers: QuerySet[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["certifier"].queryset = certifiers  # type: ignore[attr-defined]


class NewPlanForm(PlanForm):
    """The same, with what cannot be changed later."""

    type = forms.ModelChoiceField(
        CertificationType.objects.none(),
        label=_("Certification it gives"),
        to_field_name="slug",
        empty_label=None,
    )
    level = forms.TypedChoiceField(
        label=_("Level"),
        coerce=int,
        choices=[(level.value, level.label) for level in Induction.LEVELS],
        initial=int(Level.FULL),
    )
    needs = forms.ModelChoiceField(
        CertificationType.objects.all(),
        label=_("What one must hold already"),
        to_field_name="slug",
        required=False,
        empty_label=_("nothing"),
    )
    is_refresher = forms.BooleanField(
        label=_("A refresher"),
        required=False,
        help_text=_("Open to whoever holds it, or held it not longer ago than its rules say."),
    )
    certifier = forms.ModelChoiceField(
        Member.objects.none(), label=_("Given by"), to_field_name="public_id", empty_label=None
    )
    field_order = ["type", "level", "is_refresher", "needs", "certifier", "title"]

    def __init__(
        self,
        *args: Any,
        types: QuerySet[CertificationType],
        certifiers: QuerySet[Member],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["type"].queryset = types  # type: ignore[attr-defined]
        self.fields["certifier"].queryset = certifiers  # type: ignore[attr-defined]


class SignUpForm(forms.Form):
    """Whom those who run it sign up."""

    member = PersonField(label=_("Sign somebody up"))


class CallOffForm(forms.Form):
    why = forms.CharField(
        label=_("Why"), max_length=200, help_text=_("Told to everybody who signed up.")
    )


class AttendanceForm(forms.Form):
    """How it went for each person, and a note; whoever is left out stays as they are."""

    def __init__(
        self,
        *args: Any,
        attendees: Iterable[Attendee],
        lacking: Mapping[int, list[str]],
        **kwargs: Any,
    ) -> None:
        """`lacking`: by member, what would refuse that they passed."""
        super().__init__(*args, **kwargs)
        self.attendees, self.lacking = list(attendees), lacking
        for attendee in self.attendees:
            self.fields[f"how-{attendee.public_id}"] = forms.ChoiceField(
                label=attendee.member.name,
                choices=CHOICES,
                required=False,
                initial=_how(attendee),
                widget=forms.RadioSelect,
            )
            self.fields[f"note-{attendee.public_id}"] = forms.CharField(
                label=_("Note"), required=False, max_length=200, initial=attendee.note
            )

    def rows(self) -> list[dict[str, Any]]:
        """Each person with what they lack and their two fields, for the page."""
        return [
            {
                "attendee": attendee,
                "taken_back": attendee.certification_id and not attendee.has_certification,
                "lacks": [] if attendee.certification_id else self.lacking[attendee.member_id],
                "how": self[f"how-{attendee.public_id}"],
                "note": self[f"note-{attendee.public_id}"],
            }
            for attendee in self.attendees
        ]

    def marks(self) -> list[tuple[Attendee, Mark]]:
        given = self.cleaned_data
        marked = [
            (attendee, given[f"how-{attendee.public_id}"], given[f"note-{attendee.public_id}"])
            for attendee in self.attendees
        ]
        return [
            (attendee, Mark(MARKS[how].state, MARKS[how].outcome, note))
            for attendee, how, note in marked
            if how
        ]


def _how(attendee: Attendee) -> str:
    """The choice that says what is written down."""
    as_it_is = (attendee.state, attendee.outcome)
    found = (how for how, mark in MARKS.items() if (mark.state, mark.outcome) == as_it_is)
    return next(found, "")
