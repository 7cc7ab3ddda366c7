"""Forms of theory tests: they clean what was typed and judge nothing."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.fields import DayField
from members.zones import end_of
from training.drafts import MOST_CHOICE, MOST_TEXT, Draft
from training.forms.people import PersonField
from training.models import TheoryQuestion, TheoryTest
from training.services.question_bank import Setting
from training.theory import MOST_CHOICES

MOST_PASTED = 100_000  # characters
MOST_ASKED, MOST_MINUTES, MOST_RETAKE_HOURS, MOST_DAYS = 100, 600, 24 * 90, 3650
PLACES = range(1, MOST_CHOICES + 1)


class SettingForm(forms.Form):
    """How a test is sat."""

    introduction = forms.CharField(
        label=_("To read before"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Shown above the button that begins the test."),
    )
    asked = forms.IntegerField(
        label=_("Questions asked"),
        min_value=1,
        max_value=MOST_ASKED,
        help_text=_("Drawn anew from the bank each time."),
    )
    pass_percent = forms.IntegerField(label=_("Per cent right to pass"), min_value=1, max_value=100)
    minutes = forms.IntegerField(
        label=_("Minutes to finish it"), min_value=1, max_value=MOST_MINUTES
    )
    retake_hours = forms.IntegerField(
        label=_("Hours before one may try again"), min_value=0, max_value=MOST_RETAKE_HOURS
    )
    valid_days = forms.IntegerField(
        label=_("Days a pass counts"),
        required=False,
        min_value=1,
        max_value=MOST_DAYS,
        help_text=_("Empty: for good."),
    )

    def setting(self) -> Setting:
        given = dict(self.cleaned_data)
        return Setting(retake_minutes=given.pop("retake_hours") * 60, **given)


def as_it_is(test: TheoryTest) -> dict[str, Any]:
    names = ("introduction", "asked", "pass_percent", "minutes", "valid_days")
    shown = {name: getattr(test, name) for name in names}
    return shown | {"retake_hours": test.retake_minutes // 60}


class QuestionForm(forms.Form):
    """One question with its choices, each right or not."""

    text = forms.CharField(
        label=_("Question"), max_length=MOST_TEXT, widget=forms.Textarea(attrs={"rows": 2})
    )
    explanation = forms.CharField(
        label=_("Why"),
        required=False,
        max_length=MOST_TEXT,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Told after the test."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for place in PLACES:
            self.fields[f"choice-{place}"] = forms.CharField(
                label=_("Choice %d") % place, required=False, max_length=MOST_CHOICE
            )
            self.fields[f"right-{place}"] = forms.BooleanField(
                label=_("Choice %d is right") % place, required=False
            )

    def rows(self) -> list[dict[str, Any]]:
        """Each choice with its tick, for the page."""
        return [
            {"choice": self[f"choice-{place}"], "right": self[f"right-{place}"]} for place in PLACES
        ]

    def draft(self) -> Draft:
        """What was typed; a line that was left empty is no choice."""
        given = self.cleaned_data
        typed = [place for place in PLACES if given[f"choice-{place}"]]
        return Draft(
            text=given["text"],
            choices=tuple(given[f"choice-{place}"] for place in typed),
            right=frozenset(n for n, place in enumerate(typed) if given[f"right-{place}"]),
            explanation=given["explanation"],
        )


def as_asked(question: TheoryQuestion) -> dict[str, Any]:
    """What the form begins with where a question is replaced."""
    choices = {f"choice-{n}": choice for n, choice in enumerate(question.choices, start=1)}
    right = {f"right-{choice + 1}": True for choice in question.right}
    return {"text": question.text, "explanation": question.explanation, **choices, **right}


class PasteForm(forms.Form):
    """Many questions at once, as training.drafts reads them."""

    text = forms.CharField(
        label=_("Questions"),
        max_length=MOST_PASTED,
        widget=forms.Textarea(attrs={"rows": 16}),
        help_text=_(
            "One question, then a choice a line: * before what is right, - before what is not, "
            "> before why. An empty line ends a question."
        ),
    )


class PaperForm(forms.Form):
    """Who passed on paper."""

    member = PersonField(label=_("Who passed"))
    last_day = DayField(
        label=_("Counts until"),
        required=False,
        help_text=_("The last day. Empty: as long as the test says."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    @property
    def until(self) -> datetime | None:
        day = self.cleaned_data["last_day"]
        return end_of(day, timezone.get_current_timezone()) if day else None
