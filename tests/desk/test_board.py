"""The board: what stands where, for whom, and what each filter leaves."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.test import Client

from bookings.models import Booking
from desk.board import week_of
from desk.lanes import Lane
from equipment.services import lock_out
from members.models import Closure, Member, OpeningHours, Space
from tests.desk.conftest import HOUR, a_booking
from tests.people import NOW, World, a_machine, a_tool_class

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


def test_the_week_adds_up_what_is_free(world: World, as_member: AsMember) -> None:
    tomorrow = datetime(2026, 11, 25, 9, tzinfo=UTC)
    a_booking(world.router, world.alice, starts=tomorrow, hours=4)
    page = as_member(world.alice).get("/board/?view=week")
    row = next(row for bay in page.context["bays"] for row in bay["rows"]
               if row["name"] == "CNC router")  # fmt: skip
    assert [cell["words"] for cell in row["cells"][1:3]] == ["20 h", "24 h"]
    assert row["cells"][1]["mine"] == "1 yours"
    assert "day=2026-11-25" in row["cells"][1]["url"]


def test_a_week_of_nothing_to_have_says_why(world: World, as_member: AsMember) -> None:
    page = as_member(world.charlie).get("/board/?view=week")
    cells = [cell for bay in page.context["bays"] for row in bay["rows"] for cell in row["cells"]]
    assert {cell["words"] for cell in cells} == {"Not for you yet"}


@pytest.mark.parametrize(
    ("day", "first"),
    [(24, 24), (30, 24), (23, 17)],
)
def test_weeks_are_counted_from_today(day: int, first: int) -> None:
    week = week_of(date(2026, 11, day), today=date(2026, 11, 24))
    assert (week[0].day, len(week)) == (first, 7)
