"""At a refused tap the display says what this one person does next, and nobody else pays for it."""

from datetime import UTC

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from equipment.models import CertificationType, Level, Prerequisite, Suspension, TheoryPass
from equipment.next_steps import LACKING, with_next_step
from equipment.reason import Reason
from equipment.words import DISPLAY_LENGTH, OWN_STEPS, REGISTRY, display
from tests.access.world import Site
from tests.people import NOW, a_certification
from tests.training.people import DAY, an_induction, marta, signed_up
from tests.training.theory import a_test
from training.models import Induction

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def site():
    return Site()


@pytest.fixture
def giver(site):
    return marta(site.world)


def shown(site, who="charlie"):
    answer = site.tap(who)
    assert not answer.ok
    return answer.text


def basics_first(site):
    basics = CertificationType.objects.create(name="Basics", slug="basics")
    Prerequisite.objects.create(type=site.world.certification, needs=basics)
    return basics


def test_whoever_has_a_seat_is_told_when(site, giver):
    induction = an_induction(site.world, giver, machines=[])
    assert shown(site) == "CNC: next induction Fri 13:30."
    signed_up(induction, site.world.charlie)
    assert shown(site) == "CNC: your induction is Fri 13:30."
    assert shown(site, "bob") == "CNC: next induction Fri 13:30."


def test_a_full_one_is_said_to_be_full(site, giver):
    induction = an_induction(site.world, giver, machines=[], capacity=2)
    for member in (site.world.bob, site.world.dana):
        signed_up(induction, member)
    assert shown(site) == "CNC: induction Fri 13:30 is full, wait for a seat."


def test_what_is_passed_is_no_step_any_more(site, giver):
    a_test(site.world, giver)
    an_induction(site.world, giver, machines=[])
    assert shown(site) == "CNC: theory test, then induction Fri 13:30."
    TheoryPass.objects.create(
        member=site.world.charlie, type=site.world.certification, passed_at=NOW - DAY
    )
    assert shown(site) == "CNC: next induction Fri 13:30."


def test_what_comes_before_comes_first(site, giver):
    basics = basics_first(site)
    an_induction(site.world, giver, machines=[])
    assert shown(site) == "First Basics: ask staff for the next induction."
    a_certification(site.world.charlie, basics)
    assert shown(site) == "CNC: next induction Fri 13:30."


def test_a_refresher_is_enough_for_who_held_it_not_long_ago(site, giver):
    CertificationType.objects.update(refresher_days=30)
    site.world.certification.refresh_from_db()
    an_induction(site.world, giver, machines=[])
    Induction.objects.update(is_refresher=True)
    assert shown(site, "bob") == "CNC: a refresher is enough, Fri 13:30."


def test_where_a_step_is_suspended_staff_say_on(site, giver):
    basics = basics_first(site)
    Suspension.objects.create(member=site.world.charlie, type=basics, why="x", since=NOW - DAY)
    assert shown(site) == "First Basics is suspended. See staff."


def test_whoever_is_certified_for_too_little_is_told_the_step_up(site, giver):
    a_certification(site.world.charlie, site.world.certification)
    site.world.charlie.certifications.update(level=Level.PROVISIONAL)
    an_induction(site.world, giver, machines=[])
    site.world.tool_class.supervised = False
    site.world.tool_class.save()
    answer = site.tap("charlie")
    assert (answer.code, answer.text) == ("level-too-low", "CNC: next induction Fri 13:30.")


def test_only_a_refusal_for_want_of_a_certification_asks_for_it(site, giver):
    asked = []

    def refused(who):
        with CaptureQueriesContext(connection) as seen:
            site.tap(who)
        asked.append([query for query in seen if "training_" in query["sql"]])
        return len(seen)

    site.tap("alice")  # what is read once
    lacking, unbooked, unknown = refused("charlie"), refused("alice"), refused("nobody")
    assert asked[0]
    assert asked[1:] == [[], []]
    assert lacking <= unbooked + 8
    assert unknown <= unbooked


def test_a_reason_of_any_other_kind_stays_as_it_is(django_assert_num_queries):
    with django_assert_num_queries(0):
        for code in set(REGISTRY) - LACKING:
            reason = Reason(code, {"certification_slug": "cnc", "level": 2})
            assert with_next_step(reason, 1, NOW) is reason


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("way", OWN_STEPS)
def test_every_step_fits_the_display_and_keeps_its_end(way, before):
    params = {
        "certification": "Large-format resin printing and post-processing, part two of three",
        "taught": NOW + 20 * DAY,
        "way": way,
        "before": before,
    }
    told = display(Reason("not-certified", params), UTC)
    assert len(told) <= DISPLAY_LENGTH
    assert "…" in told
    assert told.endswith(".")
    assert told.startswith("First ") == before
