"""Home: the one next thing large, what expires above it, what is missing beside it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from bookings.models import Booking, Disruption
from bookings.services.disruptions import find_disruptions
from desk.home import week_on
from desk.next_booking import NextBooking, how_to_start
from equipment.models import Certification
from equipment.services import lock_out
from members.models import Member
from members.services import place_hold
from tests.desk.conftest import HOUR, a_booking
from tests.people import NOW, World, a_machine, a_tool_class

AsMember = Callable[[Member], Client]
MINUTE = timedelta(minutes=1)


def next_up(client: Client) -> NextBooking:
    found = client.get("/").context["next"]
    assert isinstance(found, NextBooking)
    return found


@pytest.mark.parametrize(
    ("hour", "words"), [(6, "Good morning"), (13, "Good afternoon"), (20, "Good evening")]
)
def test_it_greets_by_the_clock_of_the_space(
    hour: int, words: str, world: World, as_member: AsMember
) -> None:
    client = as_member(world.alice)
    with time_machine.travel(datetime(2026, 11, 24, hour, tzinfo=UTC), tick=False):
        assert client.get("/").context["greeting"] == f"{words}, Alice"


def test_the_last_hour_is_counted_down(world: World, as_member: AsMember) -> None:
    a_booking(world.router, world.alice, starts=NOW + HOUR / 2, note="lamp panels")
    found = next_up(as_member(world.alice))
    assert (found.count, found.unit, found.percent) == ("30", "min to go", 50)
    assert (found.rule_from, found.rule_to) == ("13:00", "14:00")
    assert [action.word for action in found.actions] == ["Move", "Extend", "Give back"]


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "Tap your badge at 14:30 and it unlocks."),
        (2, "Tap your badge on Thursday 26 November at 14:30 and it unlocks."),
        (10, "Tap your badge on Friday 4 December at 14:30 and it unlocks."),
    ],
)
def test_when_to_tap_is_told_as_a_sentence(world: World, days: int, words: str) -> None:
    world.router.has_interlock = True
    booking = a_booking(world.router, world.alice, starts=NOW + HOUR + timedelta(days=days))
    assert how_to_start(booking, NOW, world.space.tz) == words


def test_far_off_there_is_a_count_and_no_rule(world: World, as_member: AsMember) -> None:
    a_booking(world.router, world.alice, starts=NOW + timedelta(days=10))
    found = next_up(as_member(world.alice))
    assert (found.count, found.unit, found.rule_label) == ("10", "days to go", "")


def test_what_runs_counts_down_to_its_end(world: World, as_member: AsMember) -> None:
    a_booking(world.router, world.alice, starts=NOW - HOUR / 2, state=Booking.State.RUNNING)
    found = next_up(as_member(world.alice))
    assert (found.lead, found.count, found.unit) == ("Yours now", "60", "min left")
    assert found.percent == 33
    assert [action.word for action in found.actions] == ["Extend", "Finish"]


def test_who_is_before_you_is_said(world: World, as_member: AsMember) -> None:
    a_booking(world.router, world.bob, starts=NOW - HOUR, hours=1.25)
    a_booking(world.router, world.alice, starts=NOW + HOUR / 2)
    assert next_up(as_member(world.alice)).text.startswith("Bob L. has it until 13:45.")


def test_what_will_be_refused_is_said_before(world: World, as_member: AsMember) -> None:
    a_booking(world.router, world.bob, starts=NOW + 4 * HOUR)
    text = next_up(as_member(world.bob)).text
    assert text.startswith("It will not unlock: Your certification “CNC” ended on")
    assert "Marta's induction" in text


def test_nothing_booked_shows_the_way(world: World, as_member: AsMember) -> None:
    page = as_member(world.alice).get("/").content.decode()
    assert "Nothing booked" in page and "Find a time" in page


def test_other_peoples_bookings_are_not_mine(world: World, as_member: AsMember) -> None:
    a_booking(world.router, world.bob)
    assert as_member(world.alice).get("/").context["next"] is None


def test_an_offer_stands_first(world: World, as_member: AsMember) -> None:
    state = Booking.State.OFFERED
    a_booking(world.router, world.alice, state=state, lapses_at=NOW + 18 * MINUTE)
    page = as_member(world.alice).get("/")
    (offer,) = page.context["offers"]
    assert offer["title"] == "CNC router is offered to you, 14:30–16:00."
    assert offer["text"].startswith("Answer by 13:48")
    assert page.context["next"] is None


def test_what_is_missing_comes_once_per_tool_class(world: World, as_member: AsMember) -> None:
    (gap,) = as_member(world.charlie).get("/").context["gaps"]
    assert (gap.title, gap.icon) == ("CNC machines", "school")
    assert "Marta's induction, Wednesdays 17:00" in gap.remedy
    (lapsed,) = as_member(world.bob).get("/").context["gaps"]
    assert lapsed.icon == "warn" and "ended on" in lapsed.text
    assert as_member(world.alice).get("/").context["gaps"] == []


def test_a_hold_is_told_once_and_not_per_machine(world: World, as_member: AsMember) -> None:
    place_hold(
        member=world.alice, reason="Waiver unsigned.", remedy="Sign it.", by=world.dana, now=NOW
    )
    page = as_member(world.alice).get("/")
    (notice,) = page.context["notices"]
    assert (notice.text, notice.remedy) == ("Waiver unsigned.", "Sign it.")
    assert page.context["gaps"] == []
    assert page.context["machines"]["list"] == []


def test_machines_come_free_ones_first(world: World, as_member: AsMember) -> None:
    a_machine("Printer 1", a_tool_class("3D printers", order=9), world.space)
    a_booking(world.mill, world.bob, starts=NOW - HOUR, state=Booking.State.RUNNING)
    a_booking(world.router, world.bob, starts=NOW + HOUR)
    items = as_member(world.alice).get("/").context["machines"]["list"]
    assert [(item.name, item.text) for item in items] == [
        ("CNC router", "Free until 14:30, start it on its page"),
        ("Printer 1", "Free for the rest of the day, start it on its page"),
        ("CNC mill", "Bob L. is at it until 14:00"),
    ]


@pytest.mark.parametrize(
    ("until", "word"),
    [(None, "Valid"), (90, "Valid"), (12, "Ends soon"), (-3, "Ended")],
)
def test_my_certifications_say_how_they_stand(
    until: int | None, word: str, world: World, as_member: AsMember
) -> None:
    ends = None if until is None else NOW + timedelta(days=until)
    Certification.objects.filter(member=world.alice).update(until=ends)
    (held,) = as_member(world.alice).get("/").context["certifications"]
    assert (held.name, held.word) == ("CNC", word)


def test_what_one_did_last_is_offered_again(world: World, as_member: AsMember) -> None:
    done = Booking.State.DONE
    a_booking(world.router, world.alice, starts=NOW - 48 * HOUR, state=done, holds=False)
    (again,) = as_member(world.alice).get("/").context["again"]
    assert again["when"] == "Sunday 29 November, 13:30–15:00"
    assert "starts=2026-11-29T13%3A30" in again["url"] and "minutes=90" in again["url"]


def test_what_is_booked_again_already_is_offered_the_week_after(
    world: World, as_member: AsMember
) -> None:
    done = Booking.State.DONE
    a_booking(world.router, world.alice, starts=NOW - 48 * HOUR, state=done, holds=False)
    a_booking(world.router, world.alice, starts=NOW + timedelta(days=5))
    (again,) = as_member(world.alice).get("/").context["again"]
    assert again["when"] == "Sunday 6 December, 13:30–15:00"


def test_a_week_on_is_the_same_time_on_the_wall() -> None:
    """Over the end of summer time: 14:00 stays 14:00."""
    from zoneinfo import ZoneInfo

    berlin = ZoneInfo("Europe/Berlin")
    starts = datetime(2026, 10, 22, 12, tzinfo=UTC)  # 14:00 in summer
    later = week_on(starts, now=datetime(2026, 10, 24, tzinfo=UTC), zone=berlin)
    assert (later.astimezone(berlin).hour, later.astimezone(UTC).hour) == (14, 13)


def test_what_has_to_make_way_stands_above_all(world: World, as_member: AsMember) -> None:
    a_booking(world.router, world.alice, starts=NOW + HOUR)
    lock_out(machine=world.router, why="Spindle worn", by=world.dana, now=NOW)
    find_disruptions(now=NOW)
    (notice,) = as_member(world.alice).get("/").context["notices"]
    assert notice["text"] == "CNC router is locked out: Spindle worn."
    assert notice["remedy_url"] == f"/disruptions/{Disruption.objects.get().public_id}/"
    assert not as_member(world.charlie).get("/").context["notices"]
