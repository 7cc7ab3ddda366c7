"""Certifying many at once: a pasted list becomes people, and each line gets its own answer."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from equipment.models import CertificationType
from equipment.services import Uncertifiable, certify
from members.models import Member
from members.search import find_people

NEWEST = 8  # people who joined last, and so most likely come to be certified


@dataclass(frozen=True, slots=True)
class Terms:
    """What everybody on the list is given."""

    type: CertificationType
    level: int
    until: datetime | None
    note: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened to one line. An unclear one names whom it may mean."""

    line: str
    done: bool
    words: str
    candidates: list[Member] = field(default_factory=list)


def certify_roster(
    *, lines: Iterable[str], people: Iterable[Member], terms: Terms, by: Member, now: datetime
) -> list[Outcome]:
    """Certify the ticked `people` and everyone a line of text clearly names, each by itself.

    A person named twice is certified once. A line that names nobody, or several, changes nothing.
    """
    outcomes: list[Outcome] = []
    served: set[int] = set()
    for line, found in [*((person.name, [person]) for person in people), *_resolve(lines)]:
        if len(found) == 1 and found[0].pk in served:
            continue
        outcomes.append(_certify_one(line, found, terms, by, now))
        served.update(person.pk for person in found if len(found) == 1)
    return outcomes


def _resolve(lines: Iterable[str]) -> list[tuple[str, list[Member]]]:
    return [(line.strip(), find_people(line)) for line in lines if line.strip()]


def _certify_one(
    line: str, found: list[Member], terms: Terms, by: Member, now: datetime
) -> Outcome:
    if not found:
        words = _("Nobody by that name, address or badge. Check the spelling, or add them first.")
        return Outcome(line, False, words)
    if len(found) > 1:
        return Outcome(line, False, _("Several people may be meant. Tick the right one."), found)
    try:
        given = certify(
            member=found[0],
            type=terms.type,
            by=by,
            now=now,
            level=terms.level,
            until=terms.until,
            note=terms.note,
        )
    except Uncertifiable as error:
        return Outcome(line, False, str(error))
    return Outcome(line, True, _("%s is certified.") % given.member.name)


def tickable(asked: Iterable[str], by: Member) -> QuerySet[Member]:
    """Whom a list offers to tick: those asked for by public id, else those who joined last."""
    people = Member.objects.filter(is_active=True, anonymised_at=None).exclude(pk=by.pk)
    ids = [public_id for text in asked if (public_id := _uuid(text))]
    newest = people.order_by("-joined_at", "-pk").values_list("pk", flat=True)[:NEWEST]
    named = Q(public_id__in=ids) if ids else Q(pk__in=list(newest))
    return people.filter(named).order_by("name")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
