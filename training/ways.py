"""How the steps to a certification are taken: with which test, at which induction. PURE.

equipment.ladder says which steps are left and in which order; here each is given the first
occasion that comes after the one before. It knows no database, no clock and no words.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from equipment import ladder
from equipment.ladder import Graph, Lack, Need, Standing


class Kind(StrEnum):
    """What one does; `staff` where only they know on."""

    THEORY = "theory"
    INDUCTION = "induction"
    REFRESHER = "refresher"
    SUSPENDED = "suspended"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Session:
    """One induction that comes and may be signed up for."""

    id: str
    starts: datetime
    ends: datetime
    level: int
    left: int  # seats
    is_refresher: bool = False
    has_place: bool = False  # the member has a seat, or waits for one


@dataclass(frozen=True, slots=True)
class Exam:
    """The theory test of a type as it stands for one member."""

    open_id: str = ""  # a sitting one may go on with
    again: datetime | None = None  # when one may try again, where that lies ahead


@dataclass(frozen=True, slots=True)
class Way:
    """One step: what to do for which type, and the occasion where there is one."""

    kind: Kind
    type: str
    name: str
    level: int
    session: Session | None = None
    exam: Exam | None = None


@dataclass(frozen=True, slots=True)
class Ladder:
    """All that the way of one member to any certification may know, read at `held.at`."""

    graph: Graph
    held: Standing
    sessions: Mapping[str, tuple[Session, ...]] = field(default_factory=dict)  # by start
    exams: Mapping[str, Exam] = field(default_factory=dict)


def ways(known: Ladder, wanted: Need) -> tuple[Way, ...]:
    """What is left for `wanted`, in the order in which it is done; empty where nothing is."""
    return tuple(_ways(known, ladder.steps(known.graph, known.held, wanted)))


def _ways(known: Ladder, lacks: Iterable[Lack]) -> Iterator[Way]:
    """Each occasion begins when the one before is over."""
    ready = known.held.at
    for lack in lacks:
        way = _way(known, lack, ready)
        if way.session is not None:
            ready = way.session.ends
        elif way.exam is not None and way.exam.again is not None:
            ready = max(ready, way.exam.again)
        yield way


def _way(known: Ladder, lack: Lack, ready: datetime) -> Way:
    if lack.kind == ladder.Kind.SUSPENDED:
        return Way(Kind.SUSPENDED, lack.type, lack.name, lack.level)
    if lack.kind == ladder.Kind.THEORY:
        exam = known.exams.get(lack.type)
        kind = Kind.STAFF if exam is None else Kind.THEORY
        return Way(kind, lack.type, lack.name, lack.level, exam=exam)
    if lack.kind == ladder.Kind.RETIRED:
        return Way(Kind.STAFF, lack.type, lack.name, lack.level)
    return _practical(known, lack, ready)


def _practical(known: Ladder, lack: Lack, ready: datetime) -> Way:
    """The first session one could come to, one's own before others and free ones before full."""
    refreshes = known.held.refreshes(known.graph[lack.type], Need(lack.type, lack.level))
    coming = [
        session
        for session in known.sessions.get(lack.type, ())
        if session.starts >= ready
        and session.level >= lack.level
        and (refreshes or not session.is_refresher)
    ]
    coming.sort(key=lambda session: (not session.has_place, session.left <= 0, session.starts))
    kind = Kind.REFRESHER if coming and coming[0].is_refresher else Kind.INDUCTION
    return Way(kind, lack.type, lack.name, lack.level, session=coming[0] if coming else None)
