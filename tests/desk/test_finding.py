"""Staff find people by whatever is written down about them, in one query however many they are."""

from datetime import timedelta

import pytest

from desk.people import find
from members.models import Member, Membership, Plan, Role, Space
from members.services import issue_badge, lift_hold, place_hold, revoke_badge
from tests.people import NOW, a_member, a_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    """Alice is certified for the CNC machines, Dana of the staff, all four on the plan “Full”."""
    return a_world()


def names(query):
    return [person.name.split()[0] for person in find(query, NOW)]


@pytest.fixture
def nora(world):
    """On a plan of her own, elsewhere at home, with a guardian."""
    south = Space.objects.create(name="Harbour shed", slug="harbour", zone="Europe/Berlin")
    evenings = Plan.objects.create(name="Evenings only", slug="evenings")
    return a_member("Nora New", plan=evenings, space=south, guardian=world.charlie)


@pytest.mark.parametrize(
    "query", ["evenings", "Evenings only", "harbour", "nor evenings", "new shed", "okafor new"]
)
def test_by_plan_home_space_and_guardian_also_together_with_a_name(nora, query):
    assert names(query) == ["Nora"]


@pytest.mark.parametrize("query", ["CNC", "router", "cnc mill", "machines", "alice router"])
def test_by_certification_and_by_the_machine_it_is_for(world, query):
    assert names(query) == ["Alice"]  # Bob's has lapsed


def test_by_role_in_the_words_of_the_reader(world):
    Role.objects.create(member=world.bob, space=world.space, kind=Role.Kind.MAINTAINER)
    assert names("staff") == ["Dana"]
    assert names("maintainer") == ["Bob"]


def test_by_a_hold_that_stands(world):
    held = place_hold(
        member=world.bob, reason="Owes a key", remedy="Bring it", by=world.dana, now=NOW
    )
    after = NOW + timedelta(minutes=1)
    for query in ("owes", "on hold", "ON  Hold", "bob key"):
        assert [person.name for person in find(query, after)] == ["Bob Lindqvist"]
    lift_hold(hold=held, by=world.dana, now=after)
    assert not find("owes", after).exists()


def test_by_state(world, nora):
    Membership.objects.filter(member=nora).delete()
    Member.objects.filter(pk=world.bob.pk).update(is_active=False)
    assert names("no plan") == ["Nora"]
    assert names("closed") == ["Bob"]


def test_by_the_last_characters_that_are_printed_on_a_badge(world):
    badge = issue_badge(member=world.bob, number="04A1B2C3", by=world.dana, now=NOW)
    assert names("b2c3") == names("04A1B2C3") == ["Bob"]
    revoke_badge(badge=badge, by=world.dana, now=NOW)
    assert names("b2c3") == []


def test_who_is_named_comes_before_who_is_described(world):
    a_member("Zoe Router", plan=None)
    assert names("router") == ["Zoe", "Alice"]


def test_a_short_word_is_part_of_a_name_and_nothing_else(world):
    assert names("al") == ["Alice"]  # and not everybody on a plan with “al” in its name
    Plan.objects.update(name="Royal")
    assert names("al") == ["Alice"]


def test_somebody_who_is_forgotten_is_not_found(world):
    Member.objects.filter(pk=world.alice.pk).update(anonymised_at=NOW)
    assert names("router") == []


def test_it_takes_one_query_whatever_is_typed(world, django_assert_num_queries):
    for query in ("", "alice", "cnc router full staff hold 04A1B2C3", "word " * 40):
        with django_assert_num_queries(1):
            list(find(query, NOW)[:40])


def test_nothing_is_asked_once_for_each_person(world):
    """What SQLite would do: every source is read once, and none of them for each person."""
    plan = find("router staff", NOW).explain()
    repeated = [line for line in plan.splitlines() if "CORRELATED" in line]
    shown = 2  # the two columns of the pill: a member, and on hold
    assert len(repeated) <= shown


def test_the_page_says_what_it_looks_through(world, client):
    client.force_login(world.dana)
    assert "plan, machine" in client.get("/people/").content.decode()
    told = client.get("/people/", {"q": "nobody at all"}).content.decode()
    assert "certification, machine, hold" in told
