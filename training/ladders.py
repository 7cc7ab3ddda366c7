"""Reads what the way of one member to any certification may know; decides nothing."""

from collections import defaultdict
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q

from equipment.ladder import Standing
from equipment.standings import read_graph, standing_of
from members.models import Member
from training import theory
from training.models import Attendee, Induction, TheoryAttempt, TheoryTest
from training.ways import Exam, Ladder, Session

MOST_SESSIONS = 200  # that come, of all types together


def read_ladder(member: Member, now: datetime) -> Ladder:
    """The same queries however many types and machines are asked about: eight."""
    held = standing_of(member, now)
    return Ladder(
        graph=read_graph(),
        held=held,
        sessions=_sessions(member, held, now),
        exams=_exams(member, now),
    )


def _sessions(member: Member, held: Standing, now: datetime) -> dict[str, tuple[Session, ...]]:
    """By type: those that may still be signed up for, and those one has a place at.

    One that asks for more than its type does is left out for who will not hold that then.
    """
    own = Attendee.objects.open().filter(member=member, induction=OuterRef("pk"))
    seats = Count("attendees", filter=Q(attendees__state__in=Attendee.SEATED))
    rows = Induction.objects.coming(now).annotate(taken=seats, has_place=Exists(own))
    rows = rows.exclude(certifier=member).filter(Q(closes_at__gt=now) | Q(has_place=True))
    columns = (
        "type__slug", "public_id", "starts", "ends", "level", "capacity", "taken", "is_refresher",
        "has_place", "needs__slug",
    )  # fmt: skip
    found = defaultdict(list)
    for slug, pk, starts, ends, level, capacity, taken, *flags, needs in rows.order_by(
        "starts"
    ).values_list(*columns)[:MOST_SESSIONS]:
        session = Session(str(pk), starts, ends, level, capacity - taken, *flags)
        if needs is None or session.has_place or _will_hold(held, needs, starts):
            found[slug].append(session)
    return {slug: tuple(sessions) for slug, sessions in found.items()}


def _will_hold(held: Standing, slug: str, at: datetime) -> bool:
    return any(proof.until is None or at < proof.until for proof in held.proofs.get(slug, ()))


def _exams(member: Member, now: datetime) -> dict[str, Exam]:
    """By type that has a published test, how the member stands to it; in two queries."""
    attempts = TheoryAttempt.objects.filter(member=member).order_by("begun_at")
    latest = {attempt.test_id: attempt for attempt in attempts.defer("asked", "answers")}
    tests = TheoryTest.objects.exclude(published_at=None)
    rows = tests.values_list("pk", "type__slug", "retake_minutes")
    return {
        slug: _exam(latest.get(pk), timedelta(minutes=minutes), now) for pk, slug, minutes in rows
    }


def _exam(last: TheoryAttempt | None, retake: timedelta, now: datetime) -> Exam:
    if last is None:
        return Exam()
    if last.finished_at is None and not theory.is_over(last.closes_at, now):
        return Exam(open_id=str(last.public_id))
    failed_at = None if last.passed else last.finished_at or last.closes_at
    return Exam(again=theory.next_try(failed_at, retake, now))
