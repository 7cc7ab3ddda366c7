"""A machine's page: its verdict first, then what to do, for each kind of visitor."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from access.models import Device, Session
from bookings.models import Booking
from desk.verdict import Verdict
from equipment.models import FaultReport
from equipment.services import lock_out
from members.models import Member, Role
from tests.desk.conftest import HOUR, a_booking
from tests.people import NOW, World

AsMember = Callable[[Member], Client]
PAGE = "/machines/cnc-router/"
MINUTE = timedelta(minutes=1)


def an_interlock(world: World, **fields: object) -> Device:
    world.router.has_interlock = True
    world.router.save()
    values = {"online": True, "state": "locked", **fields}
    return Device.objects.create(
        name="router", space=world.space, machine=world.router, seen_at=NOW, **values
    )


def a_session(world: World, device: Device, booking: Booking) -> Session:
    return Session.objects.create(
        sid="a1",
        machine=world.router,
        member=booking.member,
        booking=booking,
        interlock=device,
        ground=Session.Ground.BOOKING,
        state=Session.State.ACTIVE,
        offered_at=NOW - HOUR,
        until=booking.ends,
    )


def verdict(client: Client) -> Verdict:
    found = client.get(PAGE).context["verdict"]
    assert isinstance(found, Verdict)
    return found


def test_booked_now_it_unlocks(world: World, as_member: AsMember) -> None:
    an_interlock(world)
    a_booking(world.router, world.alice, starts=NOW - MINUTE)
    found = verdict(as_member(world.alice))
    assert (found.kind, found.title) == ("yes", "CNC router is yours until 14:59.")
    assert found.lead == "If you tap now, it unlocks"


def test_not_certified_it_refuses_with_the_way_there(world: World, as_member: AsMember) -> None:
    an_interlock(world)
    found = verdict(as_member(world.charlie))
    assert (found.kind, found.lead) == ("no", "If you tap now, you will be refused")
    assert "You still need the certification “CNC”" in found.title
    assert "Marta's induction, Wednesdays 17:00" in found.refusals[0].text


def test_every_reason_is_told(world: World, as_member: AsMember) -> None:
    an_interlock(world)
    world.charlie.memberships.all().delete()
    lock_out(machine=world.router, why="belt slips", by=world.dana, now=NOW)
    found = verdict(as_member(world.charlie))
    assert [told.code for told in found.refusals[:3]] == [
        "no-membership",
        "not-certified",
        "locked-out",
    ]
    assert "CNC" in found.text and "belt slips" in found.text


def test_ones_turn_is_still_to_come(world: World, as_member: AsMember) -> None:
    an_interlock(world)
    world.tool_class.walk_up = False
    world.tool_class.save()
    a_booking(world.router, world.alice, starts=NOW + HOUR)
    found = verdict(as_member(world.alice))
    assert (found.kind, found.lead) == ("wait", "If you tap now, it is too early")
    assert "14:30" in found.title


def test_a_remedy_never_leads_back_to_the_page_one_is_on(world: World, as_member: AsMember) -> None:
    an_interlock(world)
    world.tool_class.walk_up = False
    world.tool_class.save()
    found = verdict(as_member(world.alice))
    assert found.refusals[0].code == "not-booked"
    assert found.refusals[0].remedy_url == "/machines/cnc-router/book/"


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("running", "Running for Bob L. until 14:30"),
        ("armed", "Unlocked for Bob L. until 14:30"),
        ("grace", "The job of Bob L. is finishing"),
    ],
)
def test_what_it_is_doing_is_said(
    state: str, words: str, world: World, as_member: AsMember
) -> None:
    booking = a_booking(world.router, world.bob, starts=NOW - HOUR / 2, state="running")
    a_session(world, an_interlock(world, state=state), booking)
    page = as_member(world.alice).get(PAGE)
    assert page.context["state"].sentence == words
    assert page.context["use"]["percent"] == 33
    assert page.context["use"]["left"] == "1 h left"


def test_a_silent_interlock_is_said(world: World, as_member: AsMember) -> None:
    an_interlock(world, online=False)
    assert as_member(world.alice).get(PAGE).context["state"].word == "Not answering"


def test_a_stranger_sees_the_state_and_the_way_in_and_back(world: World) -> None:
    a_booking(world.router, world.alice, starts=NOW - MINUTE, note="secret gift")
    page = Client().get(PAGE).content.decode()
    assert "Booked" in page and "13:29–14:59" in page
    assert "Alice" not in page
    assert "/account/login/?next=%2Fmachines%2Fcnc-router%2F" in page
    assert "secret gift" not in page
    assert "What is wrong?" not in page


def test_what_is_in_order_is_said_where_only_the_time_is_not(
    world: World, as_member: AsMember
) -> None:
    an_interlock(world)
    world.tool_class.walk_up = False
    world.tool_class.save()
    in_order = "Everything else is in order: your membership, your certification."
    assert verdict(as_member(world.alice)).text == in_order
    assert in_order not in verdict(as_member(world.charlie)).text


def test_a_machine_without_interlock_is_started_on_its_page(
    world: World, as_member: AsMember
) -> None:
    client = as_member(world.alice)
    (start,) = client.get(PAGE).context["actions"]
    assert (start.word, start.post) == ("Start now", True)
    client.post(start.url)
    running = Booking.objects.get(member=world.alice)
    assert (running.state, running.starts) == (Booking.State.RUNNING, NOW)
    finish, extend = client.get(PAGE).context["actions"]
    client.post(finish.url)
    running.refresh_from_db()
    assert running.state == Booking.State.DONE
    assert extend.word == "Extend"


def test_check_in_waits_for_who_booked(world: World, as_member: AsMember) -> None:
    booking = a_booking(world.router, world.alice, starts=NOW - MINUTE)
    client = as_member(world.alice)
    (check_in,) = client.get(PAGE).context["actions"]
    client.post(check_in.url)
    booking.refresh_from_db()
    assert booking.state == Booking.State.RUNNING
    assert as_member(world.bob).get(PAGE).context["actions"] == []


def test_nobody_starts_what_is_not_for_them(world: World, as_member: AsMember) -> None:
    assert as_member(world.charlie).get(PAGE).context["actions"] == []


def test_the_path_says_what_is_done_and_what_is_next(world: World, as_member: AsMember) -> None:
    def path(member: Member) -> list[str]:
        return [step.css for step in as_member(member).get(PAGE).context["path"]]

    assert path(world.alice) == ["done", "done", "next"]
    assert path(world.charlie) == ["done", "next", ""]
    world.charlie.memberships.all().delete()
    assert path(world.charlie) == ["next", "", ""]


def test_the_rules_are_sentences_of_the_tool_class(world: World, as_member: AsMember) -> None:
    world.tool_class.buffer_minutes = 15
    world.tool_class.save()
    rules = [rule.text for rule in as_member(world.alice).get(PAGE).context["rules"]]
    assert "Book up to 28 days ahead, until the moment you start." in rules
    assert "After each booking 15 min are kept free. Nobody can book those." in rules


def test_a_lockout_stands_above_all_and_caretakers_clear_it(
    world: World, as_member: AsMember
) -> None:
    expected = NOW + timedelta(days=2)
    lock_out(
        machine=world.router, why="belt slips", by=world.dana, now=NOW, expected_until=expected
    )
    page = as_member(world.alice).get(PAGE).content.decode()
    assert "Locked out by Dana Osei, since 13:30. Expected back: Thursday 26 November." in page
    assert "Clear it" not in page
    Role.objects.create(member=world.bob, kind=Role.Kind.MAINTAINER)
    keeper = as_member(world.bob)
    lockout = world.router.lockouts.get()
    assert "Clear it" in keeper.get(PAGE).content.decode()
    keeper.post(f"/lockouts/{lockout.pk}/clear/")
    assert "belt slips" not in keeper.get(PAGE).content.decode()


def test_a_fault_is_reported_from_the_page(world: World, as_member: AsMember) -> None:
    client = as_member(world.alice)
    assert client.get(PAGE).context["fault_form"].fields.keys() == {"words", "unsafe"}
    answer = client.post(f"{PAGE}fault/", {"words": "It smells burnt."}, follow=True)
    assert answer.redirect_chain[-1][0] == PAGE
    assert FaultReport.objects.get().reported_by == world.alice


def test_next_bookings_show_first_names_to_members_and_none_to_strangers(
    world: World, as_member: AsMember
) -> None:
    a_booking(world.router, world.bob, starts=NOW + 26 * HOUR)
    (told,) = as_member(world.alice).get(PAGE).context["next"]
    assert (told["when"], told["who"]) == ("Wed 25, 15:30–17:00", "Bob L.")
    (anonymous,) = Client().get(PAGE).context["next"]
    assert anonymous["who"] == "Booked"


def test_a_retired_machine_is_shown_and_not_booked(world: World, as_member: AsMember) -> None:
    world.router.retired_at = NOW - HOUR
    world.router.save()
    page = as_member(world.alice).get(PAGE).content.decode()
    assert "Retired" in page
    assert "Book CNC router</a>" not in page


def test_every_drawing_is_there(world: World) -> None:
    for drawing in world.router.Drawing.values:
        world.router.drawing = drawing
        world.router.save()
        assert '<svg class="art"' in Client().get(PAGE).content.decode()


def test_the_week_has_a_row_per_day(world: World, as_member: AsMember) -> None:
    a_booking(world.router, world.alice, starts=NOW + 48 * HOUR)
    lanes = as_member(world.alice).get(f"{PAGE}week/").context["lanes"]
    assert [lane.name for lane in lanes][:3] == ["Today", "Wed 25 Nov", "Thu 26 Nov"]
    assert "mine" in " ".join(slot.css for slot in lanes[2].slots)


def test_a_label_leads_to_the_page(world: World, as_member: AsMember) -> None:
    page = as_member(world.dana).get("/labels/?machine=cnc-router").content.decode()
    assert "http://localhost:8000/machines/cnc-router/" in page
    assert page.count('<section class="label">') == 1


def test_the_week_of_a_machine_leads_to_its_siblings(world: World, as_member: AsMember) -> None:
    siblings = as_member(world.alice).get("/machines/cnc-mill/week/").context["siblings"]
    assert [(one["word"], one["current"]) for one in siblings] == [
        ("CNC mill", True),
        ("CNC router", False),
    ]
    assert siblings[1]["url"].startswith("/machines/cnc-router/week/?day=2026-11-24")
