"""A refused tap names the next step, without asking the database for more than any tap."""

import pytest
import time_machine
from django.utils import translation

from access.facts import benches
from equipment.eligibility import missing
from equipment.facts import facts_for
from equipment.words import DISPLAY_LENGTH, display
from tests.people import NOW
from tests.training.people import DAY, STARTS, a_plan, an_induction
from tests.training.theory import a_test
from training import services
from training.services.announcing import announce


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


def machine_of(world):
    rows = type(world.router).objects.select_related("tool_class__requires", "space")
    return rows.get(pk=world.router.pk)


def shown(world, member=None, at=NOW):
    machine = machine_of(world)
    facts = facts_for(member_id=(member or world.charlie).pk, machines=[machine], now=at)
    (reason,) = missing(facts[machine.pk], at)
    return display(reason, world.space.tz)


def test_the_display_names_the_theory_test_and_the_next_induction(world, certifier):
    assert shown(world) == "You need the certification “CNC”."
    an_induction(world, certifier)
    assert shown(world) == "CNC: next induction Fri 13:30."
    a_test(world, certifier)
    assert shown(world) == "CNC: theory test, then induction Fri 13:30."


def test_where_none_is_planned_the_test_comes_first(world, certifier):
    a_test(world, certifier)
    assert shown(world) == "CNC: theory test first, on your phone."


def test_whoever_held_it_is_told_the_next_session(world, certifier):
    an_induction(world, certifier)
    world.bob.certifications.update(until=NOW - DAY)
    assert shown(world, world.bob) == "CNC: next induction Fri 13:30."


def test_it_follows_what_is_changed_called_off_and_closed(world, certifier):
    induction = an_induction(world, certifier)
    later = a_plan(starts=STARTS + 7 * DAY)
    services.change_induction(induction=induction, plan=later, by=certifier, now=NOW)
    assert shown(world) == "CNC: next induction 4 Dec 13:30."
    second = an_induction(world, certifier, machines=[])
    assert shown(world) == "CNC: next induction Fri 13:30."
    services.cancel_induction(induction=second, by=certifier, now=NOW)
    assert shown(world) == "CNC: next induction 4 Dec 13:30."
    assert announce(NOW) == 0
    assert announce(induction.starts + 6 * DAY) == 1
    world.certification.refresh_from_db()
    assert world.certification.next_session_at is None


def test_one_that_has_begun_is_not_named_even_before_the_clock_looks(world, certifier):
    an_induction(world, certifier)
    assert "induction" not in shown(world, at=STARTS)


def test_a_tap_reads_the_same_with_the_machine_itself(world, certifier, django_assert_num_queries):
    an_induction(world, certifier)
    a_test(world, certifier)
    with django_assert_num_queries(1):
        (bench,) = benches([world.router.pk])
    machine = machine_of(world)
    judge = facts_for(member_id=world.charlie.pk, machines=[machine], now=NOW)[machine.pk]
    assert bench.requirement == judge.requirement
    assert bench.requirement.next_at == STARTS and bench.requirement.theory


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_long_name_is_cut_and_the_time_stays(world, certifier, language):
    world.certification.name = "W" * 60
    world.certification.save()
    an_induction(world, certifier)
    a_test(world, certifier)
    with translation.override(language):
        text = shown(world)
    assert len(text) <= DISPLAY_LENGTH and "13:30." in text and "W…" in text
