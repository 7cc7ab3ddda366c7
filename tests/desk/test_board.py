"""The board: what stands where, for whom, and what each filter leaves."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from xml.etree.ElementTree import Element, fromstring

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from access.models import Device
from bookings.models import Booking
from desk.board import week_of
from desk.lanes import Lane
from desk.states import busy_now, states_of
from equipment.models import Machine
from equipment.services import lock_out
from members.models import Closure, Member, OpeningHours, Space
from tests.desk.conftest import HOUR, a_booking
from tests.people import NOW, World, a_machine, a_tool_class

WEEK_STATEMENTS = 9
DEVICE_STATES = ("locked", "armed", "running", "grace", "fault")

AsMember = Callable[[Member], Client]


def lane(client: Client, name: str, query: str = "") -> Lane:
    bays = client.get(f"/board/{query}").context["bays"]
    return next(lane for bay in bays for lane in bay.lanes if lane.name == name)


def kinds(found: Lane) -> list[str]:
    """“gap no q12” → “gap no”."""
    return [" ".join(slot.css.split()[:-1]) for slot in found.slots]


def test_a_member_sees_gaps_to_book_and_whose_the_rest_is(
    world: World, as_member: AsMember
) -> None:
    a_booking(world.router, world.alice, note="lamp panels")
    a_booking(world.router, world.bob, starts=NOW + 3 * HOUR)
    found = lane(as_member(world.alice), "CNC router")
    assert kinds(found) == ["past", "gap", "mine", "gap", "other", "gap"]
    assert [slot.words for slot in found.slots][2] == "lamp panels"
    assert [slot.words for slot in found.slots][4] == "Bob L."
    assert all(slot.url for slot in found.slots if "gap" in slot.css)


def test_a_gap_opens_the_booking_form_on_that_time(world: World, as_member: AsMember) -> None:
    client = as_member(world.alice)
    gap = next(slot for slot in lane(client, "CNC router").slots if slot.css.startswith("gap"))
    form = client.get(gap.url)
    assert form.status_code == 200
    assert "13:30" in form.content.decode()


def test_who_is_not_certified_sees_why_and_how(world: World, as_member: AsMember) -> None:
    charlie = lane(as_member(world.charlie), "CNC router").slots[-1]
    assert charlie.css.startswith("gap no")
    assert "Marta's induction, Wednesdays 17:00" in charlie.title
    bob = lane(as_member(world.bob), "CNC router").slots[-1]
    assert "ended on" in bob.words


def test_a_lapsed_claim_is_a_gap_before_any_worker_has_run(
    world: World, as_member: AsMember
) -> None:
    a_booking(world.router, world.bob, starts=NOW - HOUR, lapses_at=NOW - timedelta(minutes=1))
    assert kinds(lane(as_member(world.alice), "CNC router")) == ["past", "gap"]


def test_an_offer_stands_where_it_is_and_says_until_when(world: World, as_member: AsMember) -> None:
    state = Booking.State.OFFERED
    a_booking(world.router, world.alice, state=state, lapses_at=NOW + timedelta(minutes=18))
    offer = lane(as_member(world.alice), "CNC router").slots[2]
    assert (offer.css.split()[0], offer.words) == ("offer", "Take by 13:48")


def test_closed_and_locked_out_say_why(world: World, as_member: AsMember) -> None:
    starts, ends = NOW + 4 * HOUR, NOW + 30 * HOUR
    Closure.objects.create(space=world.space, starts=starts, ends=ends, reason="stocktaking")
    lock_out(machine=world.mill, why="bed heater wiring", by=world.dana, now=NOW)
    client = as_member(world.alice)
    assert "stocktaking" in lane(client, "CNC router").slots[-1].title
    mill = lane(client, "CNC mill")
    assert "Locked out: bed heater wiring" in mill.slots[-1].words
    assert mill.state is not None and mill.state.word == "Locked out"


def test_hours_follow_the_day(world: World, as_member: AsMember) -> None:
    for weekday in range(7):
        opens = time(8) if weekday < 5 else time(10)
        OpeningHours.objects.create(
            space=world.space, weekday=weekday, opens=opens, closes=time(22)
        )
    client = as_member(world.alice)
    assert client.get("/board/").context["ruler"].hours[0] == "08"
    assert client.get("/board/?day=2026-11-28").context["ruler"].hours[0] == "10"


@pytest.mark.parametrize(("day", "hours"), [("2026-10-25", 25), ("2027-03-28", 23)])
def test_days_when_the_clocks_change(
    day: str, hours: int, world: World, as_member: AsMember
) -> None:
    page = as_member(world.alice).get(f"/board/?day={day}")
    assert f'class="board wide h{hours}"' in page.content.decode()


def test_filters_say_what_they_leave(world: World, as_member: AsMember) -> None:
    a_machine("Printer 1", a_tool_class("3D printers"), world.space)
    a_booking(world.mill, world.bob, starts=NOW - HOUR)

    def shown(member: Member, show: str) -> int:
        return as_member(member).get(f"/board/?show={show}").context["shown"]

    assert [shown(world.alice, show) for show in ("all", "mine", "free")] == [3, 3, 2]
    assert shown(world.charlie, "mine") == 1
    assert shown(world.charlie, "3d-printers") == 1
    chips = as_member(world.charlie).get("/board/").context["filters"]["chips"]
    assert [chip["word"] for chip in chips][:3] == ["All 3", "I may use, 1", "Free now, 2"]


def test_an_empty_filter_shows_the_way_back(world: World, as_member: AsMember) -> None:
    page = as_member(world.alice).get("/board/?show=kilns")
    assert b"No machine fits this filter" in page.content
    assert b"Show all machines" in page.content


def test_another_space_is_one_link_away(world: World, as_member: AsMember) -> None:
    annex = Space.objects.create(name="Southside", slug="southside", zone="Asia/Kathmandu")
    a_machine("Lathe", world.tool_class, annex)
    client = as_member(world.alice)
    assert b"?space=southside" in client.get("/board/").content
    page = client.get("/board/?space=southside")
    assert page.context["space"] == annex
    assert lane(client, "Lathe", "?space=southside")


def week(client: Client, query: str = "") -> dict[str, list[Element]]:
    """The cells of the week's table by machine, as they reach the browser."""
    page = client.get(f"/board/?view=week{query}").content.decode()
    table = fromstring(page[page.index("<table") : page.index("</table>") + len("</table>")])
    return {row.find("th").find("a").text: row.findall("td") for row in table.iter("tr")
            if row.find("td") is not None}  # fmt: skip


def words(cell: Element) -> str:
    return "".join(cell.itertext())


def said(cell: Element) -> str:
    link = cell.find("a")
    assert link is not None
    return link.attrib["aria-label"]


def test_the_week_adds_up_what_is_free(world: World, as_member: AsMember) -> None:
    tomorrow = datetime(2026, 11, 25, 9, tzinfo=UTC)
    a_booking(world.router, world.alice, starts=tomorrow, hours=4)
    cells = week(as_member(world.alice))["CNC router"]
    assert [words(cell) for cell in cells[1:3]] == ["20 h 1 yours", "24 h"]
    assert said(cells[1]) == "CNC router, Wednesday 25 November: 20 h free"
    link = cells[1].find("a")
    assert link is not None and "day=2026-11-25" in link.attrib["href"]
    assert link.attrib["href"].endswith("#m-cnc-router")


def test_a_week_of_nothing_to_have_says_why(world: World, as_member: AsMember) -> None:
    cells = week(as_member(world.charlie))["CNC router"]
    assert {words(cell) for cell in cells} == {"Not for you yet"}
    assert all("Marta's induction, Wednesdays 17:00" in said(cell) for cell in cells)


def test_the_week_tells_apart_what_is_not_to_be_had(world: World, as_member: AsMember) -> None:
    tomorrow = datetime(2026, 11, 24, 23, tzinfo=UTC)
    OpeningHours.objects.create(space=world.space, weekday=2, opens=time(8), closes=time(22))
    OpeningHours.objects.create(space=world.space, weekday=3, opens=time(8), closes=time(22))
    a_booking(world.router, world.bob, starts=tomorrow + 8 * HOUR, hours=14)
    lock_out(machine=world.mill, why="bed heater wiring", by=world.dana, now=NOW)
    found = week(as_member(world.alice))
    assert [words(cell) for cell in found["CNC router"][:4]] == ["Closed", "Full", "14 h", "Closed"]
    assert "bed heater wiring" in said(found["CNC mill"][1])
    assert words(found["CNC mill"][1]) == "Locked out"


def test_the_week_shows_an_offer_and_leads_to_it(world: World, as_member: AsMember) -> None:
    until = NOW + timedelta(minutes=18)
    a_booking(world.router, world.alice, state=Booking.State.OFFERED, lapses_at=until)
    cell = week(as_member(world.alice))["CNC router"][0]
    links = cell.findall("a")
    assert (words(links[1]), len(links)) == ("Take by 13:48", 2)
    assert links[1].attrib["href"] == "/waitlist/"


def test_no_name_breaks_out_of_the_week(world: World, as_member: AsMember) -> None:
    """Rows are not written by a template; they are escaped all the same."""
    evil = "<b>\"'&lt;%(day)s{0}</td>"
    Machine.objects.filter(pk=world.router.pk).update(name=evil)
    lock_out(machine=world.mill, why=evil, by=world.dana, now=NOW)
    found = week(as_member(world.alice))
    assert said(found[evil][0]).startswith(f"{evil}, Tuesday 24 November: ")
    assert evil in said(found["CNC mill"][1])
    cell = found["CNC mill"][1].find("a")
    assert cell is not None and evil in cell.attrib["title"]


def test_the_week_costs_the_same_for_any_number_of_machines(
    world: World, as_member: AsMember
) -> None:
    client = as_member(world.alice)

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get("/board/?view=week")
        return len(captured)

    few = statements()
    for number in range(20):
        saw = a_machine(f"Saw {number}", world.tool_class, world.space)
        a_booking(saw, world.alice if number % 2 else world.bob)
    assert statements() == few == WEEK_STATEMENTS


@given(data=st.data())
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_busy_and_free_are_the_same_everywhere(world: World, data: st.DataObject) -> None:
    """The one statement that counts free machines agrees with the states that are shown."""
    with transaction.atomic():
        Device.objects.create(
            name="relay", space=world.space, machine=world.router, is_interlock=True,
            online=data.draw(st.booleans()), state=data.draw(st.sampled_from(DEVICE_STATES)),
        )  # fmt: skip
        if data.draw(st.booleans()):
            lock_out(machine=world.router, why="belt", by=world.dana, now=NOW)
        for hours in data.draw(st.lists(st.sampled_from([-1, 0, 1]), max_size=1)):
            lapses = data.draw(st.sampled_from([None, NOW, NOW + HOUR]))
            a_booking(world.router, world.bob, starts=NOW + hours * HOUR, hours=1, lapses_at=lapses)
        machines = [world.router, world.mill]
        busy = busy_now([machine.pk for machine in machines], NOW)
        states = states_of(machines, NOW, world.space.tz)
        assert busy == {pk for pk, state in states.items() if not state.is_free}
        transaction.set_rollback(True)


def test_the_list_says_everything_in_the_open(world: World, as_member: AsMember) -> None:
    a_booking(world.router, world.bob, starts=NOW + HOUR, hours=1)
    lines = {
        lane["name"]: [(line.time, line.text, line.act) for line in lane["lines"]]
        for bay in as_member(world.alice).get("/board/?view=list").context["bays"]
        for lane in bay["lanes"]
    }
    assert lines["CNC router"] == [
        ("13:30–14:30", "Free, 1 h", "Book"),
        ("14:30–15:30", "Bob L.", "Wait for it"),
        ("15:30–00:00", "Free, 8 h 30", "Book"),
    ]
    page = as_member(world.charlie).get("/board/?view=list").content.decode()
    assert page.count("induction, Wednesdays 17:00") >= 2  # in the text, not only in a title


def test_the_list_stays_a_list_from_day_to_day(world: World, as_member: AsMember) -> None:
    days = as_member(world.alice).get("/board/?view=list").context["days"]["days"]
    assert all("view=list" in day["url"] for day in days)
    assert days[0]["current"]


def test_every_view_leads_to_the_others(world: World, as_member: AsMember) -> None:
    client = as_member(world.alice)
    for view in ("day", "week", "list"):
        views = client.get(f"/board/?view={view}&show=cnc-machines").context["views"]
        assert [one["word"] for one in views] == ["Day", "Week", "List", "Machine"]
        assert [one["word"] for one in views if one["current"]] == [view.capitalize()]
        assert client.get(views[3]["url"]).status_code == 200
    views = client.get("/machines/cnc-mill/week/").context["views"]
    assert [one["word"] for one in views if one["current"]] == ["Machine"]


def test_an_unknown_view_is_the_day(world: World, as_member: AsMember) -> None:
    assert b'data-view="day"' in as_member(world.alice).get("/board/?view=moon").content


@pytest.mark.parametrize(
    ("day", "first"),
    [(24, 24), (30, 24), (23, 17)],
)
def test_weeks_are_counted_from_today(day: int, first: int) -> None:
    week = week_of(date(2026, 11, day), today=date(2026, 11, 24))
    assert (week[0].day, len(week)) == (first, 7)
