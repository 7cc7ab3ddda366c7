"""A test of three questions about the CNC machines, and how somebody who knows it answers."""

from typing import Any

from members.models import Member
from tests.people import NOW, World
from training import theory
from training.drafts import Draft
from training.models import TheoryAttempt, TheoryQuestion, TheoryTest
from training.records import asked_of
from training.services import question_bank
from training.services.question_bank import Setting


def some_drafts(count: int) -> list[Draft]:
    """Their first choice is right; of each third one the last is, too."""
    return [
        Draft(
            text=f"Question {n}?",
            choices=(f"Right {n}", f"Wrong {n}", f"Also {n}"),
            right=frozenset({0, 2} if n % 3 == 0 else {0}),
            explanation=f"Because {n}.",
        )
        for n in range(1, count + 1)
    ]


def a_test(
    world: World, by: Member, *, questions: int = 3, publish: bool = True, **setting: Any
) -> TheoryTest:
    """Of the CNC certification; it asks all of its three questions."""
    usual = {"asked": 3, "pass_percent": 100, "minutes": 30}
    test = question_bank.set_up_test(
        type=world.certification, setting=Setting(**{**usual, **setting}), by=by, now=NOW
    )
    question_bank.write_questions(test=test, drafts=some_drafts(questions), by=by, now=NOW)
    return question_bank.publish_test(test=test, by=by, now=NOW) if publish else test


def right_places(attempt: TheoryAttempt) -> dict[int, list[int]]:
    """What somebody who knows it all sends, by question."""
    questions = TheoryQuestion.objects.in_bulk([one.id for one in asked_of(attempt)])
    return {one.id: one.places(questions[one.id].right) for one in asked_of(attempt)}


def wrong_places(attempt: TheoryAttempt) -> dict[int, list[int]]:
    right = right_places(attempt)
    return {
        one.id: [place for place in range(len(one.order)) if place not in right[one.id]]
        for one in asked_of(attempt)
    }


def as_sent(attempt: TheoryAttempt, places: dict[int, list[int]]) -> dict[str, list[int]]:
    """The same as a page sends it: by the number of the question."""
    numbers: list[theory.Asked] = list(asked_of(attempt))
    return {f"q{n}": places.get(one.id, []) for n, one in enumerate(numbers, start=1)}
