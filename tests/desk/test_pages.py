"""Who sees which page, and how many queries it takes, however much there is to see."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from members.models import Member, Role, Space
from tests.desk.conftest import HOUR, a_booking
from tests.people import NOW, World, a_machine, a_member

AsMember = Callable[[Member], Client]

OPEN_TO_ALL = ["/board/", "/board/?view=week", "/machines/", "/machines/cnc-router/",
               "/machines/cnc-router/week/"]  # fmt: skip
FOR_STAFF = ["/desk/", "/people/", "/people/{alice}/", "/people/{alice}/hold/",
             "/people/{alice}/badge/", "/people/{alice}/plan/", "/labels/"]  # fmt: skip


def address(path: str, world: World) -> str:
    return path.format(alice=world.alice.public_id)


@pytest.mark.parametrize("path", [*OPEN_TO_ALL, "/"])
def test_members_see_it(path: str, world: World, as_member: AsMember) -> None:
    assert as_member(world.alice).get(path).status_code == 200


@pytest.mark.parametrize("path", OPEN_TO_ALL)
def test_strangers_may_look(path: str, world: World) -> None:
    a_booking(world.router, world.alice, note="secret gift")
    page = Client().get(path)
    assert page.status_code == 200
    assert b"secret gift" not in page.content


def test_home_is_for_members(world: World) -> None:
    answer = Client().get("/")
    assert (answer.status_code, answer["Location"]) == (302, "/account/login/?next=/")


@pytest.mark.parametrize("path", FOR_STAFF)
def test_staff_see_it(path: str, world: World, as_member: AsMember) -> None:
    assert as_member(world.dana).get(address(path, world)).status_code == 200


@pytest.mark.parametrize("path", FOR_STAFF)
def test_members_do_not(path: str, world: World, as_member: AsMember) -> None:
    assert as_member(world.alice).get(address(path, world)).status_code == 403


@pytest.mark.parametrize("path", FOR_STAFF)
def test_strangers_are_asked_to_sign_in(path: str, world: World) -> None:
    answer = Client().get(address(path, world))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login/?next=/")


@pytest.mark.parametrize("path", [*OPEN_TO_ALL, "/", "/desk/", "/labels/"])
def test_pages_are_only_read(path: str, world: World, as_member: AsMember) -> None:
    assert as_member(world.dana).post(path).status_code == 405


@pytest.mark.parametrize(
    "path",
    ["/board/?space=nowhere", "/machines/?space=nowhere", "/machines/no-such/", "/?space=nowhere"],
)
def test_what_is_not_there_is_404(path: str, world: World, as_member: AsMember) -> None:
    assert as_member(world.alice).get(path).status_code == 404


def test_staff_of_one_space_have_no_desk_in_another(world: World, as_member: AsMember) -> None:
    Space.objects.create(name="Southside", slug="southside")
    Role.objects.create(member=world.bob, space=world.space, kind=Role.Kind.STAFF)
    assert as_member(world.bob).get("/desk/").status_code == 200
    assert as_member(world.bob).get("/desk/?space=southside").status_code == 403


@pytest.mark.parametrize("day", ["", "yesterday", "2026-13-01", "0001-01-01", "9999-12-31"])
def test_a_day_that_is_none_is_today(day: str, world: World) -> None:
    page = Client().get("/board/", {"day": day})
    assert page.context["heading"] == "Tuesday 24 November"


def test_an_installation_without_a_space_says_so(as_member: AsMember, db: None) -> None:
    nobody = a_member("Noor Haddad", plan=None)
    for path in ["/", "/board/", "/machines/"]:
        assert b"No space yet" in as_member(nobody).get(path).content


# --- as many queries for many machines as for few ------------------------------------------------

COUNTED = ["/", "/board/", "/board/?view=week", "/board/?show=mine", "/machines/",
           "/machines/cnc-router/", "/machines/cnc-router/week/", "/desk/", "/people/",
           "/people/{alice}/"]  # fmt: skip
MOST = {"/": 30, "/board/": 15, "/machines/cnc-router/": 30}


def queries(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as found:
        assert client.get(path).status_code == 200
    return len(found)


@pytest.mark.parametrize("path", COUNTED)
def test_a_page_costs_the_same_whatever_there_is(
    path: str, world: World, as_member: AsMember
) -> None:
    client, asked = as_member(world.dana), address(path, world)
    a_booking(world.router, world.alice)
    a_booking(world.router, world.dana, starts=NOW + 8 * HOUR)
    few = queries(client, asked)
    for number in range(12):
        machine = a_machine(f"Extra {number}", world.tool_class, world.space)
        person = a_member(f"Person{number} X", plan=world.plan, space=world.space)
        for hour in range(6):
            member = [person, world.alice, world.dana][hour % 3]
            a_booking(machine, member, starts=NOW + timedelta(hours=hour), hours=0.75)
    assert queries(client, asked) == few
    assert few <= MOST.get(path, 25)
