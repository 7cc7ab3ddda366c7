"""The training matrix: whom each filter leaves, the page, and the file."""

import asyncio
import csv
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.db import connection
from django.test import AsyncClient
from django.test.utils import CaptureQueriesContext

from equipment.models import Certification, CertificationType, Suspension, TheoryPass
from members.models import Member, Membership, Plan, Space
from tests.people import NOW, a_certification, a_member, a_tool_class
from training import matrix
from training.cells import Kind
from training.matrix import Asked
from training.pages.matrix import safe

PAGE, FILE = "/training/", "/training/file/"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def laser(world):
    type = CertificationType.objects.create(name="Laser", slug="laser")
    return a_tool_class("Laser cutters", requires=type)


@pytest.fixture
def dana(world, client):
    client.force_login(world.dana)
    return client


def words(response):
    return response.content.decode()


def names(**asked):
    chosen = Asked(**asked)
    rows = matrix.people(chosen, matrix.columns(chosen), NOW)
    return [member.name.split()[0] for member in rows]


def sent(response):
    text = b"".join(response.streaming_content).decode()
    assert text.startswith("\ufeff")
    return list(csv.reader(StringIO(text.removeprefix("\ufeff"))))


# --- filters ---------------------------------------------------------------------------------


def test_everybody_is_there_by_name_and_found_by_a_part_of_it(world):
    assert names() == ["Alice", "Bob", "Charlie", "Dana"]
    assert names(name="li bob") == ["Bob"]


def test_space_and_plan_narrow(world):
    south = Space.objects.create(name="South", slug="south", zone="Europe/Berlin")
    half = Plan.objects.create(name="Half", slug="half")
    Member.objects.filter(pk=world.bob.pk).update(space=south)
    Membership.objects.filter(member=world.charlie).update(plan=half)
    assert names(space=south) == ["Bob"]
    assert names(plan=half) == ["Charlie"]


def test_each_standing_leaves_whose_cell_says_so(world, laser):
    """Alice holds CNC and lapsed in Laser, Bob lapsed, Charlie knows theory, Dana ends soon."""
    a_certification(world.alice, laser.requires, until=NOW - DAY)
    a_certification(world.dana, laser.requires, until=NOW + 20 * DAY)
    TheoryPass.objects.create(member=world.charlie, type=laser.requires, passed_at=NOW)
    Suspension.objects.create(
        member=world.alice, type=world.certification, why="Look first", since=NOW
    )
    assert names(standing=Kind.LAPSED) == ["Alice", "Bob"]
    assert names(standing=Kind.LAPSED, kind=laser) == ["Alice"]
    assert names(standing=Kind.ENDING) == ["Dana"]
    assert names(standing=Kind.HELD, kind=laser) == ["Dana"]
    assert names(standing=Kind.THEORY) == ["Charlie"]
    assert names(standing=Kind.SUSPENDED) == ["Alice"]
    assert names(level=2, kind=laser) == ["Dana"]
    assert names(level=3) == []


@pytest.mark.parametrize("standing", [Kind.ENDING, Kind.LAPSED, Kind.THEORY, Kind.HELD])
def test_the_filters_and_the_cells_agree(world, laser, standing):
    """For ten people with every mixture of ends, levels and idleness."""
    ends = [None, NOW - 40 * DAY, NOW - DAY, NOW + DAY, NOW + 40 * DAY]
    for n in range(20):
        person = a_member(f"P{n:02} Person", plan=world.plan, email=f"p{n}@example.org")
        for type in (world.certification, laser.requires)[: 1 + n % 2]:
            for k in range(n % 3):
                held = a_certification(person, type, until=ends[(n + k) % 5] or NOW + 999 * DAY)
                idle, level = ends[(n * 3 + k) % 5], 1 + (n + k) % 3
                Certification.objects.filter(pk=held.pk).update(idle_until=idle, level=level)
        if n % 4 == 0:
            TheoryPass.objects.create(member=person, type=world.certification, passed_at=NOW)
    kinds = matrix.columns(Asked())
    everybody = list(matrix.people(Asked(), kinds, NOW))
    wanted = {
        Kind.LAPSED: {Kind.LAPSED, Kind.IDLE, Kind.REVOKED},
        Kind.HELD: {Kind.HELD, Kind.ENDING, Kind.SUSPENDED},
    }.get(standing, {standing})
    by_cells = [
        row.member
        for row in matrix.read(everybody, kinds, NOW)
        if any(cell.kind in wanted for cell in row.cells)
    ]
    assert by_cells == list(matrix.people(Asked(standing=standing), kinds, NOW)) != []


# --- the page --------------------------------------------------------------------------------


def test_the_page_says_in_words_who_may_what(world, laser, dana):
    page = words(dana.get(PAGE))
    assert "Training matrix" in page and "Laser cutters" in page
    assert "On one&#x27;s own" in page and "until 24 Nov 2027" in page and "Has ended" in page
    assert "<span>Has ended" not in words(dana.get(PAGE, {"q": "Alice"}))


QUERIES = ["kind=x", "level=9", "standing=x", "space=%00", "page=x", "q=%00"]


@pytest.mark.parametrize("query", QUERIES)
def test_a_filter_there_never_was_narrows_nothing(world, dana, query):
    page = dana.get(f"{PAGE}?{query}")
    assert page.status_code == 200 and page.context["page"].paginator.count == 4


def test_nobody_fits_leads_back(world, dana):
    assert "Nobody fits" in words(dana.get(PAGE, {"q": "Zoe"}))


def test_a_page_costs_the_same_for_many_as_for_few(world, laser, dana):
    def cost():
        with CaptureQueriesContext(connection) as found:
            dana.get(PAGE, {"standing": "held"})
        return len(found)

    dana.get(PAGE)
    few = cost()
    for n in range(60):
        a_certification(a_member(f"Person{n} X", plan=world.plan), laser.requires)
    assert cost() == few <= 22


def test_members_see_no_matrix(world, client):
    client.force_login(world.charlie)
    assert client.get(PAGE).status_code == client.get(FILE).status_code == 403


# --- the file --------------------------------------------------------------------------------


def test_the_file_has_everybody_the_filters_leave(world, dana):
    for n in range(60):
        a_member(f"Person{n:02} X", plan=world.plan)
    head, alice, bob, *rest = sent(dana.get(FILE))
    assert head == ["Name", "Mail address", "Space", "CNC machines"]
    assert alice[:2] == ["Alice Meyer", "alice@example.org"]
    assert alice[3] == "On one's own 2027-11-24" and bob[3].startswith("Has ended")
    assert len(rest) == 62
    assert len(sent(dana.get(FILE, {"q": "Person1"}))) == 11


def test_no_cell_of_the_file_is_run_by_a_spreadsheet(world, dana):
    Member.objects.filter(pk=world.alice.pk).update(name="=HYPERLINK(1)")
    (found,) = [row for row in sent(dana.get(FILE)) if "HYPERLINK" in row[0]]
    assert found[0] == "'=HYPERLINK(1)"
    for text in ("=1", "+1", "-1", "@x", "\t=1", "\r=1"):
        assert safe(text) == f"'{text}"
    assert safe("Anna-Lena") == "Anna-Lena"


def test_the_file_is_read_in_batches_however_many_there_are(world, dana):
    with CaptureQueriesContext(connection) as found:
        sent(dana.get(FILE))
    for n in range(30):
        a_member(f"Person{n} X", plan=world.plan)
    with CaptureQueriesContext(connection) as many:
        sent(dana.get(FILE))
    assert len(many) == len(found)


@pytest.mark.django_db(transaction=True)
def test_a_server_that_waits_for_nobody_sends_the_same_file(world):
    async def read():
        client = AsyncClient()
        await client.aforce_login(world.dana)
        answer = await client.get(FILE)
        return b"".join([piece async for piece in answer.streaming_content]).decode()

    with_bom = asyncio.run(read())
    assert "Alice Meyer" in with_bom and with_bom.startswith("\ufeffName")
