"""The kinds of certification: what they are called, how long they last, what they build on."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import DateTimeField, ExpressionWrapper, F, Value
from django.db.models.functions import Coalesce, Greatest
from django.utils.text import slugify
from django.utils.translation import gettext as _

from equipment.ladder import Graph, Need, circle
from equipment.models import Certification, CertificationQuerySet, CertificationType, Prerequisite
from equipment.standings import read_graph, rung
from members.models import AccessEpoch, Member
from members.services import record
from members.services.errors import NotDone

NOTICE = timedelta(days=30)  # nobody loses one earlier because the rule about disuse was changed


class TypeRefused(NotDone):
    """A type, or a step of its ladder, cannot be so."""


@dataclass(frozen=True, slots=True)
class TypeFacts:
    """All that staff say of one type; `needs` is a level by the slug of what comes before it."""

    name: str
    description: str = ""
    how_to_get: str = ""
    valid_days: int | None = None
    disuse_days: int | None = None
    refresher_days: int = 0
    retired: bool = False
    needs: tuple[Need, ...] = ()


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom a changed rule about disuse touches: all who hold it, and who would lose it soonest."""

    holders: int
    soon: int  # who did not use it for as long, and have until `by`
    by: datetime


def facts_of(type: CertificationType) -> TypeFacts:
    needs = type.prerequisites.values_list("needs__slug", "level").order_by("needs__name")
    return TypeFacts(
        name=type.name,
        description=type.description,
        how_to_get=type.how_to_get,
        valid_days=type.valid_days,
        disuse_days=type.disuse_days,
        refresher_days=type.refresher_days,
        retired=type.retired_at is not None,
        needs=tuple(Need(slug, level) for slug, level in needs),
    )


@transaction.atomic
def save_type(
    *, type: CertificationType | None, facts: TypeFacts, by: Member, now: datetime
) -> CertificationType:
    """Write down a type, or a new one where `type` is None. What is given already stays valid.

    A changed validity counts for what is given from now on. A changed rule about disuse counts
    for all that is held, but ends nothing within NOTICE. Raises TypeRefused for a name that is
    taken and for prerequisites that lead in a circle, named in words.
    """
    known = {row.slug: row for row in CertificationType.objects.select_for_update()}
    _name_is_free(facts.name, type, known.values())
    row = known[type.slug] if type else CertificationType(slug=_slug(facts.name, known))
    before = facts_of(row) if row.pk else None
    _no_circle(row, facts)
    if facts == before:
        return row
    _write(row, facts, known, now)
    if before is not None and before.disuse_days != facts.disuse_days:
        _awake_by_the_new_rule(row, now)
    verb = "change_certification_type" if before else "make_certification_type"
    told = [asdict(each) if each else {} for each in (before, facts)]
    record(actor=by, verb=verb, subject=row, at=now, before=told[0], after=told[1])
    return row


def reach_of_disuse(*, type: CertificationType, disuse_days: int | None, now: datetime) -> Reach:
    """Whom it would touch to end a certification after so many days without use."""
    held = _standing(type, now)
    if disuse_days is None:
        return Reach(held.count(), 0, now)
    last_used = held.annotate(last=Coalesce("used_at", "given_at"))
    soon = last_used.filter(last__lt=now + NOTICE - timedelta(days=disuse_days))
    return Reach(held.count(), soon.count(), now + NOTICE)


def _standing(type: CertificationType, now: datetime) -> CertificationQuerySet:
    return Certification.objects.valid(now).filter(type=type, revoked_at=None)


def _awake_by_the_new_rule(type: CertificationType, now: datetime) -> None:
    """Counted from the last use, or from the day it was given; in one statement."""
    held = _standing(type, now)
    if type.disuse_days is None:
        held.update(idle_until=None)
        return
    days = Value(timedelta(days=type.disuse_days))
    last_used = Coalesce(F("used_at"), F("given_at"))
    ends = ExpressionWrapper(last_used + days, output_field=DateTimeField())
    held.update(idle_until=Greatest(ends, Value(now + NOTICE)))
    AccessEpoch.bump()


def _write(
    row: CertificationType, facts: TypeFacts, known: Mapping[str, CertificationType], now: datetime
) -> None:
    row.name, row.description, row.how_to_get = facts.name, facts.description, facts.how_to_get
    row.valid_days, row.disuse_days = facts.valid_days, facts.disuse_days
    row.refresher_days = facts.refresher_days
    row.retired_at = (row.retired_at or now) if facts.retired else None
    row.save()
    row.prerequisites.all().delete()
    Prerequisite.objects.bulk_create(
        Prerequisite(type=row, needs=known[need.type], level=need.level) for need in facts.needs
    )


def _name_is_free(name: str, type: CertificationType | None, known: Any) -> None:
    if any(row.name.casefold() == name.casefold() and row != type for row in known):
        raise TypeRefused(_("There is a certification of this name. Choose another."), "name")


def _slug(name: str, known: Mapping[str, object]) -> str:
    stem = slugify(name)[:34] or "certification"
    free = (f"{stem}-{number}" for number in range(2, len(known) + 3))
    return stem if stem not in known else next(slug for slug in free if slug not in known)


def _no_circle(row: CertificationType, facts: TypeFacts) -> None:
    graph = dict(read_graph())
    graph[row.slug] = replace(rung(row, facts.needs), name=facts.name)
    if way := circle(graph, row.slug):
        words = _("That leads in a circle: %s. Take one of these out.") % _circle_words(graph, way)
        raise TypeRefused(words, "needs")


def _circle_words(graph: Graph, way: tuple[str, ...]) -> str:
    names = [graph[slug].name for slug in way]
    arrows = zip(names, names[1:], strict=False)
    return ", ".join(_("%(one)s needs %(other)s") % {"one": a, "other": b} for a, b in arrows)
