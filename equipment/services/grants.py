"""Certifying many at once: everybody who can be, or nobody unless all can."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from equipment.ladder import Graph, Need, Standing, lacks
from equipment.models import Certification
from equipment.services.certifications import Terms, Uncertifiable, give, may_give
from equipment.standings import read_graph, standings_of
from members.models import Member

BATCH = 20  # people in one transaction
MOST = 200  # in one list
MOST_TOGETHER = 50  # where it is all or none, and so one transaction for all
SAME = timedelta(hours=12)  # two certifiers who give the same so close together mean one thing


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one person; `words` is why not, where nothing was given."""

    member: Member
    given: Certification | None
    words: str = ""


def certify_many(
    *,
    people: Collection[Member],
    terms: Terms,
    by: Member,
    now: datetime,
    all_or_none: bool = False,
) -> list[Answer]:
    """Give all of `people` the same; each refusal names its person.

    With `all_or_none` nobody is given anything where one cannot be, in one transaction. Raises
    Uncertifiable where `by` may not give it to anybody, and for too many people at once.
    """
    may_give(by, terms, now)
    ids = sorted({person.pk for person in people})
    _are_few(len(ids), MOST_TOGETHER if all_or_none else MOST)
    if all_or_none:
        return _all_or_none(ids, terms, by, now)
    batches = (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))
    return [answer for batch in batches for answer in _batch(batch, terms, by, now)]


@transaction.atomic
def _batch(ids: list[int], terms: Terms, by: Member, now: datetime) -> list[Answer]:
    """One short transaction: taps wait for it."""
    locked = Member.objects.select_for_update().filter(pk__in=ids).order_by("pk")
    return _answers(list(locked), terms, by, now)


@transaction.atomic
def _all_or_none(ids: list[int], terms: Terms, by: Member, now: datetime) -> list[Answer]:
    inside = transaction.savepoint()
    answers = _batch(ids, terms, by, now)
    if all(answer.given is not None for answer in answers):
        transaction.savepoint_commit(inside)
        return answers
    transaction.savepoint_rollback(inside)
    words = _("Nothing is in the way, but not everybody can be certified, so nobody was.")
    return [Answer(answer.member, None, answer.words or words) for answer in answers]


def _are_few(number: int, most: int) -> None:
    if number > most:
        words = _("%(most)d people at once are the most. Certify them in several lists.")
        raise Uncertifiable(words % {"most": most})


def _answers(people: Sequence[Member], terms: Terms, by: Member, now: datetime) -> list[Answer]:
    ids = [person.pk for person in people]
    graph, standings = read_graph(), standings_of(ids, now)
    served = _served(ids, terms, now)
    return [
        Answer(person, None, served[person.pk])
        if person.pk in served
        else _answer(person, terms, by, now, graph, standings[person.pk])
        for person in people
    ]


def _answer(
    person: Member, terms: Terms, by: Member, now: datetime, graph: Graph, held: Standing
) -> Answer:
    found = lacks(graph, held, Need(terms.type.slug, int(terms.level)))
    try:
        return Answer(person, give(person, terms, found, by, now))
    except Uncertifiable as error:
        return Answer(person, None, str(error))


def _served(ids: list[int], terms: Terms, now: datetime) -> dict[int, str]:
    """Who was given as much a moment ago, as by a second click or another certifier.

    Or a moment hence: whoever waited for the lock looked at the clock before.
    """
    lately = Certification.objects.filter(
        member__in=ids,
        type=terms.type,
        level__gte=terms.level,
        revoked_at=None,
        given_at__range=(now - SAME, now + SAME),
    )
    words = _("%(name)s was certified only just, by %(by)s. Nothing was added.")
    return {
        held.member_id: words % {"name": held.member.name, "by": held.given_by or "Benchkey"}
        for held in lately.select_related("member", "given_by")
    }
