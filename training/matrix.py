"""People × tool classes: whom the filters leave, and how each stands to each class. Words nothing.

One page and one batch of a download are read alike, each in three queries.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from equipment.models import Certification, Suspension, TheoryPass, ToolClass
from members.models import Member, Membership, Plan, Space
from training.cells import SOON, Cell, Given, Kind, cell

BATCH = 200  # people of a download that are read at once


@dataclass(frozen=True, slots=True)
class Asked:
    """What the list is narrowed to; None and "" leave it as it is."""

    name: str = ""
    space: Space | None = None
    plan: Plan | None = None
    kind: ToolClass | None = None
    level: int | None = None
    standing: str = ""  # a Kind; lapsed means over for any cause


@dataclass(frozen=True, slots=True)
class Row:
    member: Member
    cells: list[Cell]  # as the columns stand


def columns(asked: Asked) -> list[ToolClass]:
    """The classes that take a certification, or the one that was chosen."""
    kinds = ToolClass.objects.exclude(requires=None).select_related("requires")
    return list(kinds.filter(pk=asked.kind.pk) if asked.kind else kinds)


def people(asked: Asked, kinds: Sequence[ToolClass], now: datetime) -> QuerySet[Member]:
    """By name, with their home space."""
    rows = Member.objects.filter(anonymised_at=None, is_active=True)
    for word in asked.name.split():
        rows = rows.filter(Q(name__icontains=word) | Q(email__icontains=word))
    if asked.space is not None:
        rows = rows.filter(space=asked.space)
    if asked.plan is not None:
        current = Membership.objects.current(now).filter(plan=asked.plan)
        rows = rows.filter(pk__in=current.values("member"))
    rows = _standing(rows, asked, {kind.requires_id for kind in kinds}, now)
    return rows.select_related("space").order_by("name", "pk")


def read(members: Sequence[Member], kinds: Sequence[ToolClass], now: datetime) -> list[Row]:
    """The cells of these people, in three queries."""
    ids = [member.pk for member in members]
    given = _given(ids, now)
    suspended = _pairs(Suspension.objects.standing(now).filter(member__in=ids))
    still = Q(until=None) | Q(until__gt=now)
    passed = _pairs(TheoryPass.objects.filter(still, member__in=ids))

    def of(member: Member, type_id: int | None) -> Cell:
        pair = (member.pk, type_id or 0)
        held = given.get(pair, ())
        return cell(held, suspended=pair in suspended, theory=pair in passed, now=now)

    return [Row(member, [of(member, kind.requires_id) for kind in kinds]) for member in members]


def read_all(
    rows: QuerySet[Member], kinds: Sequence[ToolClass], now: datetime
) -> Iterator[list[Row]]:
    """Everybody in batches, none of which keeps a cursor open while it is sent."""
    ids = list(rows.values_list("pk", flat=True))
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        found = Member.objects.select_related("space").in_bulk(some)
        yield read([found[pk] for pk in some if pk in found], kinds, now)


def _given(ids: Collection[int], now: datetime) -> dict[tuple[int, int], list[Given]]:
    found = defaultdict(list)
    rows = Certification.objects.filter(member__in=ids, given_at__lte=now)
    columns = ("member_id", "type_id", "level", "until", "idle_until", "revoked_at")
    for member_id, type_id, *written in rows.values_list(*columns):
        found[member_id, type_id].append(Given(*written))
    return found


def _pairs(rows: "QuerySet[Suspension] | QuerySet[TheoryPass]") -> set[tuple[int, int]]:
    return set(rows.values_list("member_id", "type_id"))


def _standing(
    rows: QuerySet[Member], asked: Asked, types: Collection[int | None], now: datetime
) -> QuerySet[Member]:
    """Those of whom some cell is as asked for: the same in SQL as training.cells says it."""
    own = Certification.objects.filter(member=OuterRef("pk"), type__in=types, given_at__lte=now)
    valid = own.valid(now)
    if asked.level is not None:
        rows = rows.filter(Exists(valid.filter(level=asked.level)))
    if asked.standing == Kind.HELD:
        return rows.filter(Exists(valid))
    if asked.standing == Kind.ENDING:
        return rows.filter(Exists(_last_of_its_level(valid, now)))
    if asked.standing == Kind.LAPSED:
        return rows.filter(Exists(own.filter(~Exists(_same(now)))))
    if asked.standing == Kind.SUSPENDED:
        standing = Suspension.objects.standing(now).filter(type__in=types)
        return rows.filter(Exists(standing.filter(member=OuterRef("pk"))))
    if asked.standing == Kind.THEORY:
        still = Q(until=None) | Q(until__gt=now)
        passed = TheoryPass.objects.filter(still, member=OuterRef("pk"), type__in=types)
        held = Certification.objects.filter(member=OuterRef("member"), type=OuterRef("type"))
        return rows.filter(Exists(passed.filter(~Exists(held))))
    return rows


def _same(now: datetime) -> QuerySet[Certification]:
    """A valid one of the same member and type."""
    return Certification.objects.valid(now).filter(member=OuterRef("member"), type=OuterRef("type"))


def _last_of_its_level(valid: QuerySet[Certification], now: datetime) -> QuerySet[Certification]:
    """Ends soon, with none as high or higher that goes on, and is not suspended."""
    soon = now + SOON
    goes_on = Q(until=None) | Q(until__gt=soon), Q(idle_until=None) | Q(idle_until__gt=soon)
    later = _same(now).filter(*goes_on, level__gte=OuterRef("level"))
    higher = _same(now).filter(level__gt=OuterRef("level"))
    suspended = Suspension.objects.standing(now).filter(
        member=OuterRef("member"), type=OuterRef("type")
    )
    near = Q(until__lte=soon) | Q(idle_until__lte=soon)
    return valid.filter(near, ~Exists(later), ~Exists(higher), ~Exists(suspended))
