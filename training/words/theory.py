"""The words of sitting a theory test and of writing one."""

from collections.abc import Mapping

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from equipment.words import register


def tests(_params: Mapping[str, object]) -> str:
    return reverse("training:theory_list")


def register_theory() -> None:
    _register_sitting()
    _register_test()
    _register_questions()


def _register_sitting() -> None:
    register(
        "theory-not-asked",
        _("There is no theory test of “{certification}” at the moment."),
        _("Ask staff what it takes instead."),
        label=_("All theory tests"),
        link=tests,
    )
    register(
        "theory-passed",
        _("You passed the theory of “{certification}” already."),
        _("Go on to the next step: an induction."),
        label=_("All theory tests"),
        link=tests,
    )
    register(
        "theory-too-soon",
        _("You tried not long ago. The next time is {again}."),
        _("Read until then what the last result says about each question."),
    )


def _register_test() -> None:
    register(
        "too-few-questions",
        _("The test asks {asked} questions, and its bank has {has}."),
        _("Write more questions, or let it ask fewer."),
    )


def _register_questions() -> None:
    register(
        "no-questions",
        _("No question was found."),
        _("Write a question, and below it one choice a line, each after * or -."),
    )
    register(
        "question-retired",
        _("This question is not asked any more."),
        _("Write a new one instead."),
    )
    for code, text, remedy in FLAWS:
        register(code, text, remedy)


FLAWS = (
    (
        "question-without-text",
        _("One question has no text."),
        _("Write what is asked above its choices."),
    ),
    (
        "question-too-long",
        _("“{question}…” is too long."),
        _("A question and what explains it have up to 400 characters each."),
    ),
    (
        "question-choices",
        _("“{question}” needs 2 to 6 choices."),
        _("Write one choice a line: * before what is right, - before what is not."),
    ),
    (
        "choice-empty",
        _("“{question}” has an empty choice."),
        _("Write something there, or leave the choice out."),
    ),
    (
        "choice-too-long",
        _("“{question}” has a choice that is too long."),
        _("A choice has up to 200 characters."),
    ),
    (
        "choice-twice",
        _("“{question}” has the same choice twice."),
        _("Make them differ."),
    ),
    (
        "question-without-right",
        _("“{question}” has no choice that is right."),
        _("Put a * before each choice that is right."),
    ),
)
