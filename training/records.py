"""Rows of the theory as the pure module wants them, and back. Decides nothing."""

from collections.abc import Iterable
from datetime import timedelta

from training.models import TheoryAttempt, TheoryQuestion, TheoryTest
from training.theory import Answers, Asked, Question, Terms


def terms_of(test: TheoryTest) -> Terms:
    return Terms(
        asked=test.asked,
        pass_percent=test.pass_percent,
        retake=timedelta(minutes=test.retake_minutes),
        limit=timedelta(minutes=test.minutes),
    )


def question_of(row: TheoryQuestion) -> Question:
    return Question(row.pk, len(row.choices), frozenset(row.right))


def questions_of(rows: Iterable[TheoryQuestion]) -> dict[int, Question]:
    return {row.pk: question_of(row) for row in rows}


def asked_of(attempt: TheoryAttempt) -> tuple[Asked, ...]:
    return tuple(Asked(pk, tuple(order)) for pk, order in attempt.asked)


def answers_of(attempt: TheoryAttempt) -> Answers:
    return {int(pk): frozenset(chosen) for pk, chosen in attempt.answers.items()}


def stored(answers: Answers) -> dict[str, list[int]]:
    return {str(pk): sorted(chosen) for pk, chosen in answers.items()}


def stored_order(asked: Iterable[Asked]) -> list[list[object]]:
    return [[one.id, list(one.order)] for one in asked]
