"""Kinds of certification on their pages: made, changed, refused with what was typed kept."""

from datetime import timedelta

import pytest
import time_machine

from equipment.models import Certification, CertificationType, Level
from equipment.services.certification_types import TypeFacts, facts_of, save_type
from members.models import AccessEpoch, Role
from tests.people import NOW, a_member, a_world

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LIST = "/certifications/"


@pytest.fixture
def world():
    with time_machine.travel(NOW, tick=False):
        AccessEpoch.objects.get_or_create(pk=1)
        yield a_world()


@pytest.fixture
def dana(world, client):
    client.force_login(world.dana)
    return client


def text(response):
    return " ".join(response.content.decode().split())


def typed(**given):
    return {"name": "Saw", "refresher_days": "0", **given}


def test_a_kind_is_made_and_stands_in_the_list(world, dana):
    given = typed(valid_days="365", disuse_days="90", description="For the table saw")
    page = text(dana.post(f"{LIST}new/", given | {"needs-cnc": "1"}, follow=True))
    assert "“Saw” is saved." in page
    assert "Valid for 365 days, over after 90 days without use" in page
    assert "Needs CNC (under supervision)" in page
    made = CertificationType.objects.get(slug="saw")
    assert [(need.needs.slug, need.level) for need in made.prerequisites.all()] == [("cnc", 1)]


def test_the_list_counts_who_holds_it_now_once(world, dana):
    Certification.objects.create(
        member=world.alice, type=world.certification, given_at=NOW, level=Level.MAY_CERTIFY
    )
    assert "1 holds it" in text(dana.get(LIST))


def test_the_list_asks_a_fixed_number_of_times(world, dana, django_assert_max_num_queries):
    for number in range(12):
        save_type(type=None, facts=TypeFacts(f"Kind {number}"), by=world.dana, now=NOW)
    with django_assert_max_num_queries(12):
        dana.get(LIST)


def test_a_change_begins_with_what_there_is(world, dana):
    page = text(dana.get(f"{LIST}cnc/change/"))
    assert 'value="CNC"' in page and "Marta&#x27;s induction" in page
    dana.post(f"{LIST}cnc/change/", typed(name="CNC mills"))
    assert CertificationType.objects.get(slug="cnc").name == "CNC mills"


@pytest.mark.parametrize(
    "given, words",
    [
        ({"name": ""}, "This field is required"),
        ({"name": "\u202e\u2066"}, "a name that can be seen"),
        ({"name": "cnc"}, "of this name"),
        ({"name": "x" * 61}, "at most 60"),
        ({"valid_days": "0"}, "greater than or equal to 1"),
        ({"valid_days": "-5"}, "greater than or equal to 1"),
        ({"disuse_days": "99999"}, "less than or equal to 3650"),
        ({"disuse_days": "1e9"}, "whole number"),
        ({"refresher_days": ""}, "This field is required"),
        ({"needs-cnc": "9"}, "Select a valid choice"),
    ],
)
def test_bad_input_is_told_and_kept(world, dana, given, words):
    page = dana.post(f"{LIST}new/", typed(how_to_get="Ask Tom", **given))
    assert page.status_code == 422 and words in text(page)
    assert 'value="Ask Tom"' in text(page)
    assert CertificationType.objects.count() == 1


def test_a_circle_is_told_by_the_way_round(world, dana):
    dana.post(f"{LIST}new/", typed(**{"needs-cnc": "2"}))
    page = dana.post(f"{LIST}cnc/change/", typed(name="CNC", **{"needs-saw": "2"}))
    assert "in a circle: CNC needs Saw, Saw needs CNC." in text(page)
    assert not world.certification.prerequisites.exists()


def test_a_prerequisite_that_is_not_there_is_no_field(world, dana):
    dana.post(f"{LIST}new/", typed(**{"needs-nothing": "2", "needs-saw": "2"}))
    assert not CertificationType.objects.get(slug="saw").prerequisites.exists()


def test_whom_a_rule_about_disuse_hits_is_shown_before_it_does(world, dana):
    change = f"{LIST}cnc/change/"
    world.alice.certifications.update(given_at=NOW - 100 * DAY)
    given = typed(name="CNC", disuse_days="90")
    page = text(dana.post(change, given))
    assert "1 of 1 who hold it has not used it for so long." in page
    assert "24 December 2026" in page and 'name="shown" value="90"' in page
    assert facts_of(CertificationType.objects.get()).disuse_days is None
    page = text(dana.post(change, given | {"disuse_days": "80", "shown": "90"}))
    assert "1 of 1" in page  # another number is another rule
    dana.post(change, given | {"shown": "90"})
    assert facts_of(CertificationType.objects.get()).disuse_days == 90
    assert world.alice.certifications.get().idle_until == NOW + 30 * DAY


def test_a_rule_that_hits_nobody_soon_is_saved_at_once(world, dana):
    world.alice.certifications.update(used_at=NOW)
    dana.post(f"{LIST}cnc/change/", typed(name="CNC", disuse_days="90"))
    assert world.alice.certifications.get().idle_until == NOW + 90 * DAY


def test_a_retired_kind_is_offered_to_nobody(world, dana):
    dana.post(f"{LIST}cnc/change/", typed(name="CNC", retired="on"))
    assert "Not given any more" in text(dana.get(LIST))
    dana.post(f"{LIST}new/", typed())
    page = text(dana.get("/certify/"))
    assert ">Saw</option>" in page and ">CNC</option>" not in page
    assert "needs-cnc" not in text(dana.get(f"{LIST}saw/change/"))


def test_only_staff_of_all_spaces_change_what_all_spaces_share(world, client):
    tom = a_member("Tom Berger", plan=None)
    Role.objects.create(member=tom, space=world.space, kind=Role.Kind.STAFF)
    client.force_login(tom)
    for path in ("", "new/", "cnc/change/"):
        assert client.get(LIST + path).status_code == 403
