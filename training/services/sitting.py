"""Sitting a theory test: beginning, answering and finishing it, also by time."""

import random
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from bookings.errors import Refused
from equipment.models import TheoryPass
from equipment.reason import Reason
from equipment.services.theory import record_theory
from members.models import Member
from members.services import record
from training import theory
from training.models import TheoryAttempt, TheoryTest
from training.records import (
    answers_of,
    asked_of,
    question_of,
    questions_of,
    stored,
    stored_order,
    terms_of,
)
from training.services.question_bank import locked

Sent = Mapping[int, Iterable[int]]  # by question, the places that were chosen


def begin_test(
    *, test: TheoryTest, member: Member, now: datetime, chance: theory.Chance | None = None
) -> TheoryAttempt:
    """Draw questions for `member`, or hand back what they have open. Raises Refused.

    `chance` None draws from what nobody can foresee. What is over is marked first, and stays
    marked where no new one may begin.
    """
    for over in _open(test, member).filter(closes_at__lte=now):
        answer_test(attempt=over, sent={}, now=now)
    return _begin(test, member, now, chance or random.SystemRandom())


@transaction.atomic
def _begin(test: TheoryTest, member: Member, now: datetime, chance: theory.Chance) -> TheoryAttempt:
    test = locked(test)
    if standing := _open(test, member).first():
        return standing
    if reason := against_beginning(test, member, now):
        raise Refused(reason)
    terms = terms_of(test)
    bank = [question_of(row) for row in test.questions.filter(retired_at=None)]
    asked = theory.draw(bank, terms.asked, chance)
    attempt = TheoryAttempt.objects.create(
        test=test,
        member=member,
        asked=stored_order(asked),
        needed=theory.needed(len(asked), terms.pass_percent),
        begun_at=now,
        closes_at=now + terms.limit,
    )
    _log("begin_theory", attempt, now, type=test.type.slug)
    return attempt


def _open(test: TheoryTest, member: Member) -> QuerySet[TheoryAttempt]:
    return TheoryAttempt.objects.filter(test=test, member=member, finished_at=None)


@transaction.atomic
def answer_test(*, attempt: TheoryAttempt, sent: Sent, now: datetime) -> TheoryAttempt:
    """Keep what was chosen so far. After its end nothing is kept, and it is finished."""
    return _answered(attempt, sent, now)


@transaction.atomic
def finish_test(*, attempt: TheoryAttempt, sent: Sent, now: datetime) -> TheoryAttempt:
    """Keep what was chosen, and mark it all. Twice is once.

    Too late, what was kept before counts.
    """
    attempt = _answered(attempt, sent, now)
    if attempt.finished_at is None:
        _finish(attempt, now)
    return attempt


def finish_due(*, now: datetime) -> int:
    """Mark every sitting whose time is up; how many there were."""
    due = TheoryAttempt.objects.filter(finished_at=None, closes_at__lte=now)
    finished = [answer_test(attempt=attempt, sent={}, now=now) for attempt in due]
    return len(finished)


def against_beginning(test: TheoryTest, member: Member, now: datetime) -> Reason | None:
    """Why `member` may not begin one now, or None."""
    if test.published_at is None or test.type.retired_at is not None:
        return Reason("theory-not-asked", {"certification": test.type.name})
    if any(not theory.may_renew(one.until, now) for one in passes_of(test, member, now)):
        return Reason("theory-passed", {"certification": test.type.name})
    again = theory.next_try(_failed_at(test, member), terms_of(test).retake, now)
    if again is None:
        return None
    return Reason("theory-too-soon", {"again": again, "type_slug": test.type.slug})


def passes_of(test: TheoryTest, member: Member, now: datetime) -> list[TheoryPass]:
    """Those that still count."""
    rows = TheoryPass.objects.filter(member=member, type=test.type_id)
    return [row for row in rows if row.until is None or row.until > now]


def _failed_at(test: TheoryTest, member: Member) -> datetime | None:
    """When the last sitting ended, where it was not passed."""
    over = test.attempts.filter(member=member).exclude(finished_at=None)
    last = over.order_by("-finished_at", "-pk").first()
    return last.finished_at if last is not None and not last.passed else None


def _answered(attempt: TheoryAttempt, sent: Sent, now: datetime) -> TheoryAttempt:
    rows = TheoryAttempt.objects.select_for_update(of=("self",), no_key=True)
    attempt = rows.select_related("test__type", "member").get(pk=attempt.pk)
    if attempt.finished_at is not None:
        return attempt
    if theory.is_over(attempt.closes_at, now):
        _finish(attempt, now)
        return attempt
    answers = theory.merged(asked_of(attempt), answers_of(attempt), sent)
    attempt.answers = stored(answers)
    attempt.save(update_fields=["answers"])
    return attempt


def _finish(attempt: TheoryAttempt, now: datetime) -> None:
    """Mark it; whoever passed has it written down. What nobody sent in ended when it closed."""
    asked, test = asked_of(attempt), attempt.test
    questions = questions_of(test.questions.filter(pk__in=[one.id for one in asked]))
    score = theory.mark(asked, questions, answers_of(attempt), attempt.needed)
    attempt.finished_at = min(now, attempt.closes_at)
    attempt.right, attempt.passed = score.right, score.passed
    attempt.save(update_fields=["finished_at", "right", "passed"])
    _log("finish_theory", attempt, now, right=score.right, of=score.of, passed=score.passed)
    if attempt.passed:
        until = now + timedelta(days=test.valid_days) if test.valid_days else None
        record_theory(member=attempt.member, type=test.type, by=None, now=now, until=until)


def _log(verb: str, attempt: TheoryAttempt, now: datetime, **told: object) -> None:
    record(actor=attempt.member, verb=verb, subject=attempt, at=now, after=told)
