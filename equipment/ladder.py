"""What keeps a member from being given a certification, and in what order to earn it. PURE.

Types of certification stand on one another: a type needs others at a level, and perhaps a theory
test. Types are named by slug. Machines, memberships and words are none of its business.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

FULL = 2  # equipment.models.Level.FULL, which this file may not import


class Kind(StrEnum):
    """What may be lacking; `certification` is the practical part of a type itself."""

    RETIRED = "retired"
    SUSPENDED = "suspended"
    PREREQUISITE = "prerequisite"
    THEORY = "theory"
    CERTIFICATION = "certification"


WAIVED = frozenset({Kind.PREREQUISITE, Kind.THEORY})  # what staff may set aside, with a reason


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing that is in the way; `level` is the one asked for of `type`, a slug."""

    kind: Kind
    type: str
    name: str
    level: int


@dataclass(frozen=True, slots=True)
class Need:
    """A type at a level, or higher."""

    type: str
    level: int = FULL


@dataclass(frozen=True, slots=True)
class Rung:
    """One type: what it needs, and for how long after its end a refresher does."""

    name: str
    needs: tuple[Need, ...] = ()
    theory: bool = False
    retired: bool = False
    refresher_days: int = 0


Graph = Mapping[str, Rung]


@dataclass(frozen=True, slots=True)
class Proof:
    """A certification nobody took back; `until` the first of its ends, None: not in sight."""

    level: int
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """All that one member has to show at `at`, by slug."""

    at: datetime
    proofs: Mapping[str, tuple[Proof, ...]] = field(default_factory=dict)
    theory: frozenset[str] = frozenset()  # passed, and not too long ago
    suspended: frozenset[str] = frozenset()

    def holds(self, need: Need) -> bool:
        """Valid now and high enough; a suspension is told apart."""
        return any(
            proof.level >= need.level and (proof.until is None or self.at < proof.until)
            for proof in self.proofs.get(need.type, ())
        )

    def refreshes(self, rung: Rung, need: Need) -> bool:
        """Held it, or still does, so lately that neither theory nor prerequisites are asked.

        Who may work alone has learnt what whoever certifies must know.
        """
        reach = timedelta(days=rung.refresher_days)
        return any(
            proof.level >= min(need.level, FULL)
            and (proof.until is None or self.at <= proof.until + reach)
            for proof in self.proofs.get(need.type, ())
        )


def lacks(graph: Graph, held: Standing, wanted: Need) -> tuple[Lack, ...]:
    """All that keeps the member from being given `wanted` now; empty: it may be given."""
    return tuple(_lacks(graph, held, wanted))


def steps(graph: Graph, held: Standing, wanted: Need) -> tuple[Lack, ...]:
    """What is left to do for `wanted`, in an order in which it can be done; nothing twice.

    Ends with the certification itself. Empty where it is held and nobody suspended it. There are
    no ways round a prerequisite, so that all of these steps are the shortest path.
    """
    asked = _asked(graph, held, wanted)
    return tuple(
        lack
        for slug in _order(graph, wanted.type, asked)
        for lack in _steps(graph, held, asked[slug])
    )


def circle(graph: Graph, start: str) -> tuple[str, ...]:
    """The way from `start` back to itself by what it needs, both ends named; else empty."""
    return _way_back(graph, start, start, set())


def _lacks(graph: Graph, held: Standing, wanted: Need) -> Iterator[Lack]:
    rung = graph[wanted.type]
    if rung.retired:
        yield _lack(graph, Kind.RETIRED, wanted)
    if wanted.type in held.suspended:
        yield _lack(graph, Kind.SUSPENDED, wanted)
    if held.refreshes(rung, wanted):
        return
    for need in rung.needs:
        if not held.holds(need):
            yield _lack(graph, Kind.PREREQUISITE, need)
        elif need.type in held.suspended:
            yield _lack(graph, Kind.SUSPENDED, need)
    if rung.theory and wanted.type not in held.theory:
        yield _lack(graph, Kind.THEORY, wanted)


def _lack(graph: Graph, kind: Kind, need: Need) -> Lack:
    return Lack(kind, need.type, graph[need.type].name, need.level)


def _steps(graph: Graph, held: Standing, wanted: Need) -> Iterator[Lack]:
    """Those about one type; what it needs has been told before."""
    for lack in _lacks(graph, held, wanted):
        if lack.type == wanted.type:
            yield lack
    if not held.holds(wanted):
        yield _lack(graph, Kind.CERTIFICATION, wanted)


def _asked(graph: Graph, held: Standing, wanted: Need) -> dict[str, Need]:
    """Every type on the way that is not held, or suspended, each at the highest level asked for."""
    asked: dict[str, Need] = {}
    waiting = [wanted]
    while waiting:
        need = waiting.pop()
        known = asked.get(need.type)
        is_met = held.holds(need) and need.type not in held.suspended
        if is_met or (known is not None and known.level >= need.level):
            continue
        asked[need.type] = need
        if not held.holds(need) and not held.refreshes(graph[need.type], need):
            waiting.extend(graph[need.type].needs)
    return asked


def _order(graph: Graph, start: str, among: Mapping[str, Need]) -> list[str]:
    """Those `among` that can be reached from `start`, what is needed before what needs it."""
    done: list[str] = []
    begun: set[str] = set()

    def visit(slug: str) -> None:
        if slug not in among or slug in begun:
            return
        begun.add(slug)
        for need in graph[slug].needs:
            visit(need.type)
        done.append(slug)

    visit(start)
    return done


def _way_back(graph: Graph, here: str, start: str, seen: set[str]) -> tuple[str, ...]:
    seen.add(here)
    for need in graph[here].needs:
        if need.type == start:
            return (here, start)
        if need.type not in seen and (way := _way_back(graph, need.type, start, seen)):
            return (here, *way)
    return ()
