"""Answers to what a tool class asks of a booking, such as the material; judges no answer."""

from collections.abc import Iterable, Mapping

from bookings import models
from bookings.models import Answer, Booking
from bookings.rules.facts import Question

Answers = Mapping[int, str]  # by the id of the question

LONGEST = 200  # characters


def keep(booking: Booking, questions: Iterable[Question], answers: Answers) -> None:
    """Write what was answered; nothing for what was left open, or is not asked."""
    if rows := rows_of(booking, questions, answers):
        Answer.objects.bulk_create(rows)


def rows_of(booking: Booking, questions: Iterable[Question], answers: Answers) -> list[Answer]:
    """The same, not yet written."""
    given = {question.id: answers.get(question.id, "").strip() for question in questions}
    return [
        Answer(booking=booking, question_id=question, text=text[:LONGEST])
        for question, text in given.items()
        if text
    ]


def questions_of(tool_class_ids: Iterable[int]) -> list[Question]:
    """What these kinds ask, for a form of several machines."""
    rows = models.Question.objects.filter(tool_class__in=tool_class_ids, retired_at=None)
    return [Question(row.pk, row.text, row.required) for row in rows]


def copy(old: Booking, new: Booking) -> None:
    """Whoever takes a booking over does with it what was answered."""
    rows = [
        Answer(booking=new, question_id=question, text=text)
        for question, text in answers_of(old).items()
    ]
    Answer.objects.bulk_create(rows)


def answers_of(booking: Booking) -> dict[int, str]:
    """What was answered when it was booked."""
    return dict(booking.answers.values_list("question", "text"))
