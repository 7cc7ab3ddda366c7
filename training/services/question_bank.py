"""Writing the theory test of a certification: its terms, its questions, and from when it counts.

A question is never changed: a new wording is a new question, so that every sitting stays as it was.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model

from bookings.errors import Refused
from equipment.models import CertificationType
from equipment.reason import Reason
from equipment.services.theory import ask_for_theory
from members.models import Member
from members.services import record
from training.drafts import Draft, flaws
from training.models import TheoryQuestion, TheoryTest


@dataclass(frozen=True, slots=True)
class Setting:
    """Everything about a test but its questions."""

    introduction: str = ""
    asked: int = 10
    pass_percent: int = 80
    retake_minutes: int = 1440
    minutes: int = 60
    valid_days: int | None = None


@transaction.atomic
def set_up_test(
    *, type: CertificationType, setting: Setting, by: Member, now: datetime
) -> TheoryTest:
    """Make the test of `type`, or change how it is sat. Sittings that have begun stay as they are.

    Raises Refused where a published test would ask more than it has.
    """
    test, _made = TheoryTest.objects.get_or_create(type=type)
    test = locked(test)
    if test.published_at is not None:
        _has_enough(test, setting.asked)
    for name, value in asdict(setting).items():
        setattr(test, name, value)
    test.save(update_fields=list(asdict(setting)))
    _log("set_up_theory", test, by, now, type=type.slug, **asdict(setting))
    return test


@transaction.atomic
def write_questions(
    *, test: TheoryTest, drafts: Sequence[Draft], by: Member, now: datetime
) -> list[TheoryQuestion]:
    """Add all of them or none. Raises Refused with every flaw of every draft."""
    _sound(drafts)
    test = locked(test)
    written = [_write(test, draft, now) for draft in drafts]
    told = {"type": test.type.slug, "questions": [question.pk for question in written]}
    _log("write_questions", test, by, now, **told)
    return written


@transaction.atomic
def replace_question(
    *, question: TheoryQuestion, draft: Draft, by: Member, now: datetime
) -> TheoryQuestion:
    """Ask `draft` instead from now on; who was asked the old one was asked the old one."""
    _sound([draft])
    test = locked(question.test)
    question = _standing(test, question)
    written = _write(test, draft, now)
    question.retired_at = now
    question.save(update_fields=["retired_at"])
    _log("replace_question", written, by, now, replaces=question.pk)
    return written


@transaction.atomic
def retire_question(*, question: TheoryQuestion, by: Member, now: datetime) -> TheoryQuestion:
    """Ask it no more. Raises Refused where a published test would have too few left."""
    test = locked(question.test)
    question = test.questions.get(pk=question.pk)
    if question.retired_at is not None:
        return question
    if test.published_at is not None:
        _has_enough(test, test.asked + 1)
    question.retired_at = now
    question.save(update_fields=["retired_at"])
    _log("retire_question", question, by, now)
    return question


@transaction.atomic
def publish_test(*, test: TheoryTest, by: Member, now: datetime) -> TheoryTest:
    """From now on the certification takes a passed test. Twice is once."""
    test = locked(test)
    if test.published_at is not None:
        return test
    _has_enough(test, test.asked)
    _publish(test, now)
    ask_for_theory(type=test.type, asked=True, by=by, now=now)
    _log("publish_theory", test, by, now, asked=test.asked)
    return test


@transaction.atomic
def withdraw_test(*, test: TheoryTest, by: Member, now: datetime) -> TheoryTest:
    """Nobody is asked any more, and the certification is given without. Passes stay as they are."""
    test = locked(test)
    if test.published_at is None:
        return test
    _publish(test, None)
    ask_for_theory(type=test.type, asked=False, by=by, now=now)
    _log("withdraw_theory", test, by, now)
    return test


def locked(test: TheoryTest) -> TheoryTest:
    """As it is now, with its type: who writes and who begins wait for each other."""
    rows = TheoryTest.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("type").get(pk=test.pk)


def _publish(test: TheoryTest, at: datetime | None) -> None:
    test.published_at = at
    test.save(update_fields=["published_at"])


def _write(test: TheoryTest, draft: Draft, now: datetime) -> TheoryQuestion:
    return TheoryQuestion.objects.create(
        test=test,
        text=draft.text,
        choices=list(draft.choices),
        right=sorted(draft.right),
        explanation=draft.explanation,
        written_at=now,
    )


def _standing(test: TheoryTest, question: TheoryQuestion) -> TheoryQuestion:
    standing = test.questions.filter(pk=question.pk, retired_at=None).first()
    if standing is None:
        raise Refused(Reason("question-retired"))
    return standing


def _sound(drafts: Sequence[Draft]) -> None:
    if not drafts:
        raise Refused(Reason("no-questions"))
    if reasons := [reason for draft in drafts for reason in flaws(draft)]:
        raise Refused(*reasons)


def _has_enough(test: TheoryTest, asked: int) -> None:
    """Raise Refused where fewer than `asked` questions stand."""
    has = test.questions.filter(retired_at=None).count()
    if has < asked:
        raise Refused(Reason("too-few-questions", {"has": has, "asked": asked}))


def _log(verb: str, subject: Model, by: Member, now: datetime, **told: Any) -> None:
    record(actor=by, verb=verb, subject=subject, at=now, after=told)
