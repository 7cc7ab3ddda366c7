"""The way to a machine in words, wherever it is shown."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from access.models import AccessEvent
from desk.path import path_to
from desk.ways import short_words, way_words
from equipment.facts import facts_for
from equipment.models import CertificationType, Prerequisite
from tests.people import NOW, a_certification, a_world
from tests.training.people import DAY, HOUR, STARTS, an_induction, marta, signed_up
from tests.training.theory import a_test, right_places
from training.services.sitting import begin_test, finish_test
from training.ways import Kind, Way

PAGE = "/machines/cnc-router/"
UTC = NOW.tzinfo


@pytest.fixture
def world(db):
    with time_machine.travel(NOW, tick=False):
        yield a_world()


@pytest.fixture
def certifier(world):
    return marta(world)


def path_of(member, machine):
    facts = facts_for(member_id=member.pk, machines=[machine], now=NOW)[machine.pk]
    return path_to(member, machine, facts, NOW)


def told(member, machine):
    return [(step.css, step.title, step.url_label) for step in path_of(member, machine)]


def test_a_newcomer_is_told_every_step_with_the_next_occasion(world, certifier):
    a_test(world, certifier)
    an_induction(world, certifier)
    assert told(world.charlie, world.router) == [
        ("done", "Member", ""),
        ("next", "Theory of “CNC”", "Sit the theory test"),
        ("", "Induction: CNC", "Next induction: Fri 13:30"),
        ("", "Book and start", ""),
    ]


def test_what_one_is_in_the_middle_of_is_gone_on_with(world, certifier):
    attempt = begin_test(test=a_test(world, certifier), member=world.charlie, now=NOW)
    _member, theory, *_rest = path_of(world.charlie, world.router)
    assert theory.url == f"/theory/sittings/{attempt.public_id}/"
    finish_test(attempt=attempt, sent={}, now=NOW)
    _member, theory, *_rest = path_of(world.charlie, world.router)
    assert "You may try again Wed 13:30." in theory.text


def test_once_it_is_passed_and_signed_up_for_that_is_what_is_said(world, certifier):
    attempt = begin_test(test=a_test(world, certifier), member=world.charlie, now=NOW)
    finish_test(attempt=attempt, sent=right_places(attempt), now=NOW)
    signed_up(an_induction(world, certifier), world.charlie)
    assert told(world.charlie, world.router)[1] == ("next", "CNC", "Your induction: Fri 13:30")


def test_what_comes_first_is_named_first(world, certifier):
    basics = CertificationType.objects.create(name="Basics", slug="basics")
    Prerequisite.objects.create(type=world.certification, needs=basics)
    titles = [title for _css, title, _label in told(world.charlie, world.router)]
    assert titles == ["Member", "Induction: Basics", "Induction: CNC", "Book and start"]


def test_a_session_that_asks_for_more_than_one_has_is_not_the_way(world, certifier):
    welding = CertificationType.objects.create(name="Welding", slug="welding")
    an_induction(world, certifier, needs=welding, machines=[])
    an_induction(world, certifier, starts=STARTS + 3 * DAY, ends=STARTS + 3 * DAY + HOUR)
    assert told(world.charlie, world.router)[1][2] == "Next induction: Mon 13:30"
    a_certification(world.charlie, welding)
    assert told(world.charlie, world.router)[1][2] == "Next induction: Fri 13:30"


def test_whoever_may_use_it_costs_no_reading_of_ladders(world):
    with CaptureQueriesContext(connection) as asked:
        assert told(world.alice, world.router)[1][0] == "done"
    assert len(asked) <= 8  # seven of them are the judge's facts


def test_the_steps_cost_the_same_however_many_there_are(world, certifier):
    with CaptureQueriesContext(connection) as few:
        path_of(world.charlie, world.router)
    before = world.certification
    for n in range(5):
        needed = CertificationType.objects.create(name=f"Step {n}", slug=f"step-{n}")
        Prerequisite.objects.create(type=before, needs=needed)
        an_induction(world, certifier, machines=[], starts=STARTS + n * timedelta(days=1))
        before = needed
    with CaptureQueriesContext(connection) as many:
        assert len(path_of(world.charlie, world.router)) == 8
    assert len(many) == len(few) <= 17


def test_a_machine_that_opens_for_a_badge_takes_one(world):
    world.router.has_interlock = True
    world.router.save()
    assert "Pick up a badge" in [title for _css, title, _label in told(world.alice, world.router)]


# --- where it stands -------------------------------------------------------------------------


def test_what_to_do_at_the_machine_is_the_next_step(world, certifier, client):
    client.force_login(world.charlie)
    (told, _book) = client.get(PAGE).context["verdict"].refusals
    assert "How to get it" in told.text
    a_test(world, certifier)
    (told, _book) = client.get(PAGE).context["verdict"].refusals
    assert (told.remedy_label, told.remedy_url) == ("Sit the theory test", "/theory/cnc/")


def test_a_refused_booking_shows_the_way(world, certifier, client):
    a_test(world, certifier)
    client.force_login(world.charlie)
    page = client.get("/machines/cnc-router/book/?starts=2026-11-25T10:00").content.decode()
    assert "You still need the certification “CNC”" in page
    assert "To use this machine" in page and "/theory/cnc/" in page


def test_home_names_the_first_step_and_what_comes_after(world, certifier, client):
    a_test(world, certifier)
    an_induction(world, certifier)
    client.force_login(world.charlie)
    (gap,) = client.get("/").context["gaps"]
    assert (gap.remedy, gap.url) == ("Sit the theory test", "/theory/cnc/")
    assert "After that: induction “CNC” Fri 13:30." in gap.text


@pytest.mark.parametrize("kind", [Kind.SUSPENDED, Kind.STAFF, Kind.INDUCTION, Kind.REFRESHER])
def test_every_kind_has_words_without_an_occasion(db, kind):
    way = Way(kind, "cnc", "CNC", 2)
    assert way_words(way, NOW, UTC).text and short_words(way, NOW, UTC)


def test_home_says_which_tap_was_refused_and_where_the_way_stands(world, certifier, client):
    def notices(member):
        client.force_login(member)
        return [notice["text"] for notice in client.get("/").context["notices"]]

    def tap(member, code, ago):
        AccessEvent.objects.create(
            at=NOW - ago,
            kind="tap",
            member_id=member.pk,
            machine_id=world.router.pk,
            ok=False,
            code=code,
        )

    tap(world.charlie, "not-certified", timedelta(minutes=90))
    tap(world.charlie, "not-booked", timedelta(minutes=5))
    tap(world.bob, "certification-ended", timedelta(hours=7))
    tap(world.alice, "not-certified", timedelta(minutes=5))  # who was certified since
    assert notices(world.charlie) == ["CNC router did not unlock for you, 12:00."]
    assert notices(world.bob) == notices(world.alice) == []
