"""What is lacking, and the order of what is to be earned: without a database, in any tangle."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipment.ladder import Kind, Need, Proof, Rung, Standing, circle, lacks, steps

NOW = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
DAY = timedelta(days=1)
PROVISIONAL, FULL, MAY_CERTIFY = 1, 2, 3

GRAPH = {
    "basics": Rung("Basics"),
    "dust": Rung("Dust", theory=True),
    "saw": Rung("Saw", needs=(Need("basics"), Need("dust")), theory=True, refresher_days=30),
    "moulder": Rung("Moulder", needs=(Need("saw", MAY_CERTIFY), Need("basics"))),
}
EMPTY = Standing(NOW)
READY = Standing(
    NOW,
    proofs={"basics": (Proof(FULL),), "dust": (Proof(FULL, NOW + DAY),)},
    theory=frozenset({"saw"}),
)


def told(found):
    return [(lack.kind, lack.type, lack.level) for lack in found]


def of(saw: Proof) -> Standing:
    """Somebody who has nothing but a certification of the saw."""
    return replace(EMPTY, proofs={"saw": (saw,)})


def test_who_has_everything_lacks_nothing():
    assert lacks(GRAPH, READY, Need("saw")) == ()


def test_all_that_is_lacking_is_told_at_once():
    assert told(lacks(GRAPH, EMPTY, Need("saw"))) == [
        (Kind.PREREQUISITE, "basics", FULL),
        (Kind.PREREQUISITE, "dust", FULL),
        (Kind.THEORY, "saw", FULL),
    ]


@pytest.mark.parametrize(
    "proof",
    [Proof(PROVISIONAL), Proof(FULL, NOW), Proof(FULL, NOW - DAY)],
    ids=["too low", "ends now", "ended"],
)
def test_a_prerequisite_is_held_now_and_high_enough(proof):
    held = replace(READY, proofs={**READY.proofs, "basics": (proof,)})
    assert told(lacks(GRAPH, held, Need("saw"))) == [(Kind.PREREQUISITE, "basics", FULL)]


def test_one_of_several_proofs_is_enough():
    proofs = {**READY.proofs, "basics": (Proof(PROVISIONAL), Proof(FULL), Proof(FULL, NOW - DAY))}
    assert lacks(GRAPH, replace(READY, proofs=proofs), Need("saw")) == ()


def test_a_suspended_prerequisite_is_told_as_suspended():
    held = replace(READY, suspended=frozenset({"basics"}))
    assert told(lacks(GRAPH, held, Need("saw"))) == [(Kind.SUSPENDED, "basics", FULL)]


def test_nothing_is_given_while_it_is_suspended_or_retired():
    held = replace(READY, suspended=frozenset({"saw"}))
    graph = {**GRAPH, "saw": replace(GRAPH["saw"], retired=True)}
    assert told(lacks(graph, held, Need("saw"))) == [
        (Kind.RETIRED, "saw", FULL),
        (Kind.SUSPENDED, "saw", FULL),
    ]


@pytest.mark.parametrize("days, does", [(0, True), (30, True), (31, False)])
def test_a_refresher_does_for_so_many_days_after_the_end(days, does):
    assert (lacks(GRAPH, of(Proof(FULL, NOW - days * DAY)), Need("saw")) == ()) is does


def test_a_refresher_raises_no_level():
    assert lacks(GRAPH, of(Proof(PROVISIONAL)), Need("saw")) != ()
    assert lacks(GRAPH, of(Proof(PROVISIONAL)), Need("saw", PROVISIONAL)) == ()


def test_who_works_alone_becomes_a_certifier_without_another_test():
    assert lacks(GRAPH, of(Proof(FULL)), Need("saw", MAY_CERTIFY)) == ()


def test_the_steps_begin_at_the_bottom_and_end_with_what_is_wanted():
    assert told(steps(GRAPH, EMPTY, Need("moulder"))) == [
        (Kind.CERTIFICATION, "basics", FULL),
        (Kind.THEORY, "dust", FULL),
        (Kind.CERTIFICATION, "dust", FULL),
        (Kind.THEORY, "saw", MAY_CERTIFY),
        (Kind.CERTIFICATION, "saw", MAY_CERTIFY),
        (Kind.CERTIFICATION, "moulder", FULL),
    ]


def test_the_steps_leave_out_what_is_held_and_what_a_refresher_spares():
    ended = of(Proof(FULL, NOW - DAY))
    assert told(steps(GRAPH, ended, Need("saw"))) == [(Kind.CERTIFICATION, "saw", FULL)]
    assert told(steps(GRAPH, READY, Need("saw"))) == [(Kind.CERTIFICATION, "saw", FULL)]


def test_a_suspension_is_a_step_of_its_own():
    held = replace(of(Proof(FULL)), suspended=frozenset({"saw"}))
    assert told(steps(GRAPH, held, Need("saw"))) == [(Kind.SUSPENDED, "saw", FULL)]


def test_who_holds_it_has_no_step_left():
    assert steps(GRAPH, of(Proof(MAY_CERTIFY)), Need("saw")) == ()


def test_a_circle_is_named_by_those_in_it():
    graph = {**GRAPH, "basics": Rung("Basics", needs=(Need("moulder"),))}
    assert circle(graph, "basics") == ("basics", "moulder", "saw", "basics")
    assert circle(graph, "dust") == ()
    assert circle(GRAPH, "moulder") == ()


NAMES = ["a", "b", "c", "d", "e", "f"]
levels = st.integers(PROVISIONAL, MAY_CERTIFY)
moments = st.none() | st.integers(-40, 40).map(lambda days: NOW + days * DAY)


@st.composite
def graphs(draw, tangled=False):
    """Types whose arrows lead to what comes before them in the alphabet, or anywhere."""
    rungs = {}
    for place, name in enumerate(NAMES):
        others = [other for other in (NAMES if tangled else NAMES[:place]) if other != name]
        needed = draw(st.lists(st.sampled_from(others), unique=True)) if others else []
        rungs[name] = Rung(
            name=name.upper(),
            needs=tuple(Need(other, draw(levels)) for other in needed),
            theory=draw(st.booleans()),
            refresher_days=draw(st.integers(0, 40)),
        )
    return rungs


standings = st.builds(
    Standing,
    at=st.just(NOW),
    proofs=st.dictionaries(
        st.sampled_from(NAMES), st.lists(st.builds(Proof, levels, moments), max_size=3).map(tuple)
    ),
    theory=st.frozensets(st.sampled_from(NAMES)),
    suspended=st.frozensets(st.sampled_from(NAMES), max_size=2),
)
needs = st.builds(Need, st.sampled_from(NAMES), levels)


def take(held: Standing, step) -> Standing:
    """What the member has to show once the step is done."""
    if step.kind == Kind.SUSPENDED:
        return replace(held, suspended=held.suspended - {step.type})
    if step.kind == Kind.THEORY:
        return replace(held, theory=held.theory | {step.type})
    before = held.proofs.get(step.type, ())
    return replace(held, proofs={**held.proofs, step.type: (*before, Proof(step.level))})


@given(graphs(), standings, needs)
def test_done_in_their_order_the_steps_lead_there_and_none_is_given_too_early(graph, held, wanted):
    for step in steps(graph, held, wanted):
        if step.kind == Kind.CERTIFICATION:
            assert lacks(graph, held, Need(step.type, step.level)) == ()
        held = take(held, step)
    assert held.holds(wanted)
    assert wanted.type not in held.suspended
    assert steps(graph, held, wanted) == ()


@given(graphs(), standings, needs)
def test_every_step_is_needed_and_told_once(graph, held, wanted):
    way = steps(graph, held, wanted)
    assert len({(step.kind, step.type) for step in way}) == len(way)
    for left_out in way:
        shown = held
        for step in way:
            if step is left_out:
                continue
            if step.kind == Kind.CERTIFICATION and lacks(graph, shown, Need(step.type, step.level)):
                break  # it cannot be given without what was left out
            shown = take(shown, step)
        assert steps(graph, shown, wanted) != ()


@given(graphs(tangled=True), st.sampled_from(NAMES))
def test_a_circle_is_a_way_along_the_arrows_and_none_is_overlooked(graph, start):
    found = circle(graph, start)
    reached, waiting = set(), [need.type for need in graph[start].needs]
    while waiting:
        if (name := waiting.pop()) not in reached:
            reached.add(name)
            waiting.extend(need.type for need in graph[name].needs)
    assert bool(found) is (start in reached)
    for here, there in zip(found, found[1:], strict=False):
        assert there in {need.type for need in graph[here].needs}


@given(graphs(tangled=True), standings, needs)
def test_a_tangle_that_should_not_be_ends_all_the_same(graph, held, wanted):
    steps(graph, held, wanted)
