"""Which test and which induction come next, on any way up; pure."""

from dataclasses import replace
from datetime import timedelta

from equipment.ladder import Need, Proof, Rung, Standing
from tests.people import NOW
from training.ways import Exam, Kind, Ladder, Session, ways

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
BASICS, LASER = Need("basics"), Need("laser")
GRAPH = {
    "basics": Rung("Basics"),
    "laser": Rung("Laser", needs=(BASICS,), theory=True, refresher_days=30),
}


def a_session(days, **given):
    starts = NOW + days * DAY
    usual = {
        "id": f"day-{days}",
        "starts": starts,
        "ends": starts + 2 * HOUR,
        "level": 2,
        "left": 3,
    }
    return Session(**{**usual, **given})


SESSIONS = {"basics": (a_session(2), a_session(5)), "laser": (a_session(1), a_session(6))}
NEW = Ladder(GRAPH, Standing(NOW), SESSIONS, {"laser": Exam()})


def told(known, wanted=LASER):
    return [
        (way.kind, way.type, way.session.id if way.session else "") for way in ways(known, wanted)
    ]


def held(**proofs):
    return Standing(NOW, {slug: (Proof(2, until),) for slug, until in proofs.items()})


def test_each_occasion_begins_when_the_one_before_is_over():
    assert told(NEW) == [
        (Kind.INDUCTION, "basics", "day-2"),
        (Kind.THEORY, "laser", ""),
        (Kind.INDUCTION, "laser", "day-6"),  # day 1 is too soon
    ]


def test_what_is_held_is_no_step():
    known = replace(NEW, held=replace(held(basics=None), theory=frozenset({"laser"})))
    assert told(known) == [(Kind.INDUCTION, "laser", "day-1")]
    assert not ways(replace(NEW, held=held(basics=None, laser=None)), LASER)


def test_one_with_a_seat_comes_before_a_full_one_and_ones_own_before_both():
    sessions = {"basics": (a_session(2, left=0), a_session(5))}
    assert told(replace(NEW, sessions=sessions), BASICS) == [(Kind.INDUCTION, "basics", "day-5")]
    only_full = {"basics": (a_session(2, left=0),)}
    assert told(replace(NEW, sessions=only_full), BASICS) == [(Kind.INDUCTION, "basics", "day-2")]
    own = {"basics": (a_session(2), a_session(5, left=0, has_place=True))}
    assert told(replace(NEW, sessions=own), BASICS) == [(Kind.INDUCTION, "basics", "day-5")]


def test_one_that_gives_too_low_a_level_is_not_offered():
    low = {"basics": (a_session(2, level=1),)}
    assert told(replace(NEW, sessions=low), BASICS) == [(Kind.INDUCTION, "basics", "")]


def test_a_refresher_is_for_who_held_it_not_long_ago():
    sessions = {"laser": (a_session(1, is_refresher=True), a_session(3))}
    lately = replace(NEW, held=held(laser=NOW - 29 * DAY), sessions=sessions)
    assert told(lately) == [(Kind.REFRESHER, "laser", "day-1")]
    long_ago = replace(lately, held=held(laser=NOW - 31 * DAY, basics=None))
    assert told(long_ago) == [(Kind.THEORY, "laser", ""), (Kind.INDUCTION, "laser", "day-3")]


def test_an_induction_after_the_next_try_of_the_test_is_offered():
    waits = {"laser": Exam(again=NOW + 2 * DAY)}
    known = replace(NEW, held=held(basics=None), exams=waits)
    assert told(known) == [(Kind.THEORY, "laser", ""), (Kind.INDUCTION, "laser", "day-6")]


def test_theory_that_no_test_asks_and_what_is_given_no_more_are_for_staff():
    assert told(replace(NEW, held=held(basics=None), exams={}))[0] == (Kind.STAFF, "laser", "")
    retired = {"basics": replace(GRAPH["basics"], retired=True)}
    assert told(replace(NEW, graph=retired), BASICS)[0] == (Kind.STAFF, "basics", "")


def test_a_suspension_is_a_step_of_its_own():
    known = replace(NEW, held=replace(held(basics=None), suspended=frozenset({"basics"})))
    assert told(known, BASICS) == [(Kind.SUSPENDED, "basics", "")]
