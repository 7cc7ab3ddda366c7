"""Certifying many at once: a pasted list becomes people, and each line gets its own answer."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from equipment.services import Uncertifiable
from equipment.services.certifications import Terms
from equipment.services.grants import certify_many
from members.models import Member
from members.search import find_people
from members.services.sign_ups import for_lists

NEWEST = 8  # people who joined last, and so most likely come to be certified

Line = tuple[str, list[Member]]  # what was written, and whom it may mean


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened to one line. An unclear one names whom it may mean."""

    line: str
    done: bool
    words: str
    candidates: list[Member] = field(default_factory=list)


def certify_roster(
    *,
    lines: Iterable[str],
    people: Iterable[Member],
    terms: Terms,
    by: Member,
    now: datetime,
    all_or_none: bool = False,
) -> list[Outcome]:
    """Certify the ticked `people` and everyone a line of text clearly names.

    A person named twice is certified once. A line that names nobody, or several, changes nothing
    for the others, unless it is to be `all_or_none`.
    """
    named = _once([*((person.name, [person]) for person in people), *_resolve(lines)])
    known = [found[0] for _line, found in named if len(found) == 1]
    if all_or_none and len(known) < len(named):
        words = _("Not everybody on the list is known, so nobody was certified.")
        answers = {person.pk: (False, words) for person in known}
    else:
        answers = _certify(known, terms, by, now, all_or_none)
    return [_outcome(line, found, answers) for line, found in named]


def tickable(asked: Iterable[str], by: Member) -> QuerySet[Member]:
    """Whom a list offers to tick: those asked for by public id, else those who joined last."""
    people = for_lists().exclude(pk=by.pk)
    ids = [public_id for text in asked if (public_id := _uuid(text))]
    newest = people.order_by("-joined_at", "-pk").values_list("pk", flat=True)[:NEWEST]
    named = Q(public_id__in=ids) if ids else Q(pk__in=list(newest))
    return people.filter(named).order_by("name")


def _resolve(lines: Iterable[str]) -> list[Line]:
    return [(line.strip(), find_people(line)) for line in lines if line.strip()]


def _once(named: list[Line]) -> list[Line]:
    """Each person, and each line that is not clear, by the first that means them."""
    first: dict[int | str, Line] = {}
    for line, found in named:
        first.setdefault(found[0].pk if len(found) == 1 else line, (line, found))
    return list(first.values())


def _certify(
    people: list[Member], terms: Terms, by: Member, now: datetime, all_or_none: bool
) -> dict[int, tuple[bool, str]]:
    """Whether and why not, by person."""
    try:
        answers = certify_many(people=people, terms=terms, by=by, now=now, all_or_none=all_or_none)
    except Uncertifiable as error:
        return {person.pk: (False, str(error)) for person in people}
    certified = _("%s is certified.")
    return {
        answer.member.pk: (answer.given is not None, answer.words or certified % answer.member.name)
        for answer in answers
    }


def _outcome(line: str, found: list[Member], answers: dict[int, tuple[bool, str]]) -> Outcome:
    if not found:
        words = _("Nobody by that name, address or badge. Check the spelling, or add them first.")
        return Outcome(line, False, words)
    if len(found) > 1:
        return Outcome(line, False, _("Several people may be meant. Tick the right one."), found)
    return Outcome(line, *answers[found[0].pk])


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
