"""Theory tests as pages show them: what to sit, the questions of a sitting, and what it was worth.

What is right leaves this file only for a sitting that is finished, and for those who write tests.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.pages import Pill
from equipment.models import CertificationType, TheoryPass
from equipment.permissions import certifiable_types
from equipment.words import Told, tell
from members.models import Member
from training import theory
from training.models import TheoryAttempt, TheoryQuestion, TheoryTest
from training.records import answers_of, asked_of, question_of, questions_of
from training.services.sitting import against_beginning, passes_of

MOST_OWN = 50  # of one's sittings, the latest first
MOST_TALLIED = 500  # sittings that a question's figures are counted from


@dataclass(frozen=True, slots=True)
class Line:
    """One test of the list, and how the reader stands to it."""

    test: TheoryTest
    pill: Pill
    open: TheoryAttempt | None


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice as the page shows it; `value` is its place there."""

    value: int
    text: str
    is_chosen: bool = False
    is_right: bool = False  # never filled for a page that asks


@dataclass(frozen=True, slots=True)
class Row:
    """One question of a page; `name` is its field."""

    name: str
    number: int
    text: str
    choices: list[Choice]
    several: bool = False  # more than one choice is right
    is_right: bool = False
    explanation: str = ""


def tests_for(member: Member, now: datetime) -> list[Line]:
    """Every test that is asked, in three queries."""
    tests = list(TheoryTest.objects.exclude(published_at=None).select_related("type"))
    passes = list(TheoryPass.objects.filter(member=member).order_by("passed_at"))
    own = TheoryAttempt.objects.filter(member=member).order_by("begun_at")
    latest = {attempt.test_id: attempt for attempt in own}
    return [
        _line(test, [one for one in passes if one.type_id == test.type_id], latest, now)
        for test in sorted(tests, key=lambda test: test.type.name)
    ]


def sittings_of(member: Member) -> list[TheoryAttempt]:
    """What a member has sat, the latest first."""
    rows = TheoryAttempt.objects.filter(member=member).exclude(finished_at=None)
    return list(rows.select_related("test__type").order_by("-finished_at")[:MOST_OWN])


def types_to_write(member: Member, now: datetime) -> list[CertificationType]:
    """Those whose test the reader may write, each with the test there is."""
    return list(certifiable_types(member, now).select_related("test"))


def standing(
    test: TheoryTest, member: Member, now: datetime, zone: tzinfo
) -> tuple[TheoryAttempt | None, Told | None, TheoryPass | None]:
    """What is open, why no new one may begin, and the pass that counts."""
    rows = test.attempts.filter(member=member, finished_at=None, closes_at__gt=now)
    reason = against_beginning(test, member, now)
    passes = sorted(passes_of(test, member, now), key=lambda one: one.passed_at)
    return rows.first(), tell(reason, zone) if reason else None, passes[-1] if passes else None


def sheet(attempt: TheoryAttempt) -> list[Row]:
    """What is asked, with what was answered so far, and nothing of what is right."""
    rows, answers = _questions(attempt), answers_of(attempt)
    return [
        _row(place, one, rows[one.id], answers.get(one.id, frozenset()))
        for place, one in enumerate(asked_of(attempt), start=1)
    ]


def result(attempt: TheoryAttempt) -> list[Row]:
    """The same with what is right and why. Only of a sitting that is finished."""
    if attempt.finished_at is None:
        raise ValueError("what is right is told after the test")
    rows, answers = _questions(attempt), answers_of(attempt)
    return [
        _told(place, one, rows[one.id], answers)
        for place, one in enumerate(asked_of(attempt), start=1)
    ]


def specimen(test: TheoryTest, chance: theory.Chance) -> list[Row]:
    """What somebody might be asked, drawn like theirs and kept nowhere."""
    rows = {row.pk: row for row in test.questions.filter(retired_at=None)}
    drawn = theory.draw([question_of(row) for row in rows.values()], test.asked, chance)
    return [_row(place, one, rows[one.id], frozenset()) for place, one in enumerate(drawn, start=1)]


def with_answers(questions: Iterable[TheoryQuestion]) -> list[Row]:
    """The whole bank with what is right, for those who write it."""
    return [
        _told(place, theory.Asked(row.pk, tuple(range(len(row.choices)))), row, {})
        for place, row in enumerate(questions, start=1)
    ]


def sent_of(attempt: TheoryAttempt, data: "dict[str, list[str]]") -> dict[int, list[int]]:
    """By question, the places a page sent; whatever else it sent is let fall."""
    return {
        one.id: [int(value) for value in data.get(f"q{place}", ()) if value in PLACES]
        for place, one in enumerate(asked_of(attempt), start=1)
    }


PLACES = frozenset(str(place) for place in range(theory.MOST_CHOICES))


@dataclass(frozen=True, slots=True)
class Entry:
    """One question of the bank, with how it fared."""

    row: Row
    question: TheoryQuestion
    figures: str


def bank(test: TheoryTest) -> tuple[list[Entry], list[TheoryQuestion]]:
    """The questions that are asked, and those that are not any more; in two queries."""
    questions = list(test.questions.all())
    asked = [question for question in questions if question.retired_at is None]
    over = test.attempts.exclude(finished_at=None).order_by("-finished_at")[:MOST_TALLIED]
    sittings = [(asked_of(attempt), answers_of(attempt)) for attempt in over]
    counted = theory.tally(sittings, questions_of(questions))
    entries = [
        Entry(row, question, _figures(counted.get(question.pk)))
        for row, question in zip(with_answers(asked), asked, strict=True)
    ]
    return entries, [question for question in questions if question.retired_at is not None]


def _figures(tally: theory.Tally | None) -> str:
    if tally is None:
        return _("not asked yet")
    told = ngettext("asked %d time", "asked %d times", tally.asked) % tally.asked
    return ", ".join([told, _("right in %d %%") % tally.percent])


def _questions(attempt: TheoryAttempt) -> dict[int, TheoryQuestion]:
    ids = [one.id for one in asked_of(attempt)]
    return TheoryQuestion.objects.filter(test=attempt.test_id).in_bulk(ids)


def _row(place: int, one: theory.Asked, question: TheoryQuestion, chosen: frozenset[int]) -> Row:
    return Row(
        name=f"q{place}",
        number=place,
        text=question.text,
        choices=[
            Choice(value, question.choices[choice], choice in chosen)
            for value, choice in enumerate(one.order)
        ],
        several=len(question.right) > 1,
    )


def _told(place: int, one: theory.Asked, question: TheoryQuestion, answers: theory.Answers) -> Row:
    chosen, right = answers.get(one.id, frozenset()), frozenset(question.right)
    return Row(
        name=f"q{place}",
        number=place,
        text=question.text,
        choices=[
            Choice(value, question.choices[choice], choice in chosen, choice in right)
            for value, choice in enumerate(one.order)
        ],
        several=len(right) > 1,
        is_right=theory.is_right(question_of(question), answers),
        explanation=question.explanation,
    )


def _line(
    test: TheoryTest,
    passes: list[TheoryPass],
    latest: dict[int, TheoryAttempt],
    now: datetime,
) -> Line:
    last = latest.get(test.pk)
    is_open = last is not None and last.finished_at is None and last.closes_at > now
    if is_open:
        pill = Pill("you", "clock", _("You are in the middle of it"))
    elif any(one.until is None or one.until > now for one in passes):
        pill = Pill("you", "check", _("Passed"))
    elif passes:
        pill = Pill("grace", "warn", _("Your pass has ended"))
    elif last is not None:
        pill = Pill("", "none", _("Not passed yet"))
    else:
        pill = Pill("", "free", _("Not sat yet"))
    return Line(test, pill, last if is_open else None)
