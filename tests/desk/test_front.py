"""The front desk and the pages about people: find one, see all, do the five things."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from access.models import Candidate, Device
from bookings.models import Booking
from equipment.services import report_fault
from members.models import Badge, Change, Member, Plan
from members.services import badge_hash, issue_badge, normalise_badge, place_hold
from tests.desk.agreeing import agree
from tests.desk.conftest import HOUR, a_booking
from tests.people import NOW, World, a_member

AsMember = Callable[[Member], Client]


@pytest.fixture
def desk(world: World, as_member: AsMember) -> Client:
    return as_member(world.dana)


def person(member: Member, action: str = "") -> str:
    return f"/people/{member.public_id}/{action}"


# --- finding -------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["lindqvist", "BOB", "lind bob", "bob@example.org", "bo\0b"])
def test_one_match_is_the_person_in_the_middle(query: str, world: World, desk: Client) -> None:
    assert desk.get("/desk/", {"q": query}).context["person"] == world.bob


@pytest.mark.parametrize("written", ["04:A1:B2:C3", "04a1b2c3", "C3B2A104", "77705923"])
def test_a_badge_number_finds_its_holder_however_written(
    written: str, world: World, desk: Client
) -> None:
    issue_badge(member=world.bob, number="04A1B2C3", by=world.dana, now=NOW)
    assert desk.get("/desk/", {"q": written}).context["person"] == world.bob


def test_a_revoked_badge_finds_nobody(world: World, desk: Client) -> None:
    badge = issue_badge(member=world.bob, number="04A1B2C3", by=world.dana, now=NOW)
    Badge.objects.filter(pk=badge.pk).update(revoked_at=NOW)
    page = desk.get("/desk/", {"q": "04A1B2C3"})
    assert page.context["nobody"]
    assert "Nobody by “04A1B2C3”" in page.content.decode()


def test_many_matches_are_a_list_with_their_standing(world: World, desk: Client) -> None:
    a_member("Bobby Tables", plan=None)
    place_hold(member=world.bob, reason="Ban.", remedy="Talk.", by=world.dana, now=NOW)
    found = desk.get("/desk/", {"q": "bob"}).context["found"]
    assert [(one.name, standing.word) for one, standing in found] == [
        ("Bob Lindqvist", "On hold"),
        ("Bobby Tables", "No plan"),
    ]


def test_a_wrong_address_shows_the_desk_without_a_person(world: World, desk: Client) -> None:
    assert desk.get("/desk/?person=x").context["person"] is None


# --- one person ----------------------------------------------------------------------------------


def test_what_goes_wrong_later_today_is_warned_of(world: World, desk: Client) -> None:
    a_booking(world.router, world.bob, starts=NOW + 4 * HOUR)
    page = desk.get(f"/desk/?person={world.bob.public_id}")
    (warning,) = page.context["page"]["warnings"]
    assert "ended on" in warning["title"] and "Booked today at 17:30" in warning["text"]
    assert f"/certify/?member={world.bob.public_id}&amp;type=cnc" in page.content.decode()


def test_what_is_in_order_or_another_day_is_not(world: World, desk: Client) -> None:
    a_booking(world.router, world.alice, starts=NOW + 4 * HOUR)
    a_booking(world.router, world.bob, starts=NOW + 24 * HOUR)
    for member in (world.alice, world.bob):
        page = desk.get(f"/desk/?person={member.public_id}")
        assert page.context["page"]["warnings"] == []


def test_who_comes_and_whose_tap_will_be_refused(world: World, desk: Client) -> None:
    a_booking(world.router, world.alice, starts=NOW + HOUR)
    a_booking(world.mill, world.bob, starts=NOW + 2 * HOUR)
    arrivals = desk.get("/desk/").context["arrivals"]
    assert [(one["person"].name, one["is_refused"]) for one in arrivals] == [
        ("Alice Meyer", False),
        ("Bob Lindqvist", True),
    ]


def test_who_is_at_a_machine(world: World, desk: Client) -> None:
    a_booking(world.router, world.alice, starts=NOW - HOUR, state=Booking.State.RUNNING)
    a_booking(world.mill, world.bob, starts=NOW - HOUR)  # booked, and not there
    (inside,) = desk.get("/desk/").context["inside"]
    assert (inside["person"], inside["text"]) == (world.alice, "CNC router until 14:00")


def test_what_waits_for_staff(world: World, desk: Client) -> None:
    assert desk.get("/desk/").context["needs"] == []
    report_fault(machine=world.mill, words="Belt slips.", by=world.alice, now=NOW)
    silent = Device.objects.create(
        name="r1", space=world.space, machine=world.router, seen_at=NOW - HOUR
    )
    Candidate.objects.create(
        device=silent, number_hash=b"x", number_sealed=b"x", hint="77c2", first_at=NOW, last_at=NOW
    )
    needs = desk.get("/desk/").context["needs"]
    assert [one["title"] for one in needs] == ["CNC mill", "CNC router", "1 unknown badge"]
    assert "Belt slips. Alice M." in needs[0]["text"]


# --- everything about one, and what is done to them ----------------------------------------------


def test_the_page_of_a_person_has_it_all(world: World, desk: Client) -> None:
    issue_badge(member=world.bob, number="04A1B2C3", by=world.dana, now=NOW)
    a_booking(world.router, world.bob)
    a_booking(world.router, world.bob, starts=NOW - 30 * HOUR, state="done", holds=False)
    page = desk.get(person(world.bob)).content.decode()
    for words in ["…B2C3", "Full", "CNC", "14:30–16:00", "Past bookings", "issued a badge"]:
        assert words in page


def test_a_hold_is_placed_and_lifted(world: World, desk: Client) -> None:
    typed = {"reason": "Waiver unsigned.", "remedy": "Sign it.", "last_day": "2026-12-01"}
    agree(desk, person(world.bob, "hold/"), typed)
    hold = world.bob.holds.get()
    assert hold.until == datetime(2026, 12, 1, 23, tzinfo=UTC)  # midnight in Berlin
    assert hold.placed_by == world.dana
    assert "Lift the hold" in desk.get(person(world.bob)).content.decode()
    desk.post(f"/holds/{hold.pk}/lift/")
    assert not world.bob.holds.standing(NOW + timedelta(seconds=1)).exists()
    assert desk.post(f"/holds/{hold.pk}/lift/").status_code == 404


def test_a_badge_is_bound_and_revoked(world: World, desk: Client) -> None:
    desk.post(person(world.bob, "badge/"), {"number": "04:a1:b2:c3", "fmt": "hex"})
    badge = world.bob.badges.get()
    assert bytes(badge.number_hash) == badge_hash(normalise_badge("04A1B2C3"))
    desk.post(f"/badges/{badge.pk}/revoke/")
    badge.refresh_from_db()
    assert badge.revoked_at == NOW


@pytest.mark.parametrize("number", ["", "xyz", "04A"])
def test_what_is_no_badge_is_said_and_kept(number: str, world: World, desk: Client) -> None:
    page = desk.post(person(world.bob, "badge/"), {"number": number, "fmt": "hex"})
    assert page.status_code == 422
    assert page.context["form"].errors["number"]
    assert page.context["form"]["number"].value() == number


def test_a_badge_of_somebody_else_names_them(world: World, desk: Client) -> None:
    issue_badge(member=world.alice, number="04A1B2C3", by=None, now=NOW)
    page = desk.post(person(world.bob, "badge/"), {"number": "04A1B2C3", "fmt": "hex"})
    assert "This badge is Alice Meyer" in page.content.decode()


@pytest.mark.parametrize(
    ("months", "last_day", "until"),
    [
        (None, "", None),
        (None, "2026-12-24", datetime(2026, 12, 24, 23, tzinfo=UTC)),
        (1, "", datetime(2026, 12, 23, 23, tzinfo=UTC)),
        (1, "2026-11-30", datetime(2026, 11, 30, 23, tzinfo=UTC)),
    ],
)
def test_a_membership_ends_with_its_plan_or_as_said(
    months: int | None, last_day: str, until: datetime | None, world: World, desk: Client
) -> None:
    plan = Plan.objects.create(name="Day pass", slug="day", months=months)
    newcomer = a_member("Noor Haddad", plan=None)
    typed = {"plan": plan.pk, "first_day": "2026-11-24", "last_day": last_day}
    assert desk.post(person(newcomer, "plan/"), typed).status_code == 302
    membership = newcomer.memberships.get()
    assert (membership.starts, membership.until) == (NOW, until)


def test_a_last_day_before_the_first_is_refused(world: World, desk: Client) -> None:
    typed = {"plan": world.plan.pk, "first_day": "2026-12-24", "last_day": "2026-12-01"}
    page = desk.post(person(world.bob, "plan/"), typed)
    assert "The last day comes before the first." in page.content.decode()


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize(
    ("action", "typed"),
    [
        ("hold/", {"reason": "Ban.", "remedy": "Talk."}),
        ("plan/", {"plan": "1", "first_day": "2026-12-01"}),
    ],
)
def test_a_day_no_clock_can_reckon_with_is_refused(
    action: str, typed: dict[str, str], day: str, world: World, desk: Client
) -> None:
    page = desk.post(person(world.bob, action), {**typed, "last_day": day})
    assert page.status_code == 422
    assert page.context["form"]["last_day"].errors


def test_a_membership_is_ended(world: World, desk: Client) -> None:
    membership = world.bob.memberships.get()
    agree(desk, f"/memberships/{membership.pk}/end/", {"last_day": ""})
    membership.refresh_from_db()
    assert membership.until == NOW
    assert Change.objects.filter(verb="end_membership", actor=world.dana).exists()


def test_a_membership_cannot_end_before_it_began(world: World, desk: Client) -> None:
    membership = world.bob.memberships.get()
    page = desk.post(f"/memberships/{membership.pk}/end/", {"last_day": "2020-01-01"})
    assert page.status_code == 422
    assert "has not begun by then" in page.content.decode()


@pytest.mark.parametrize("action", ["hold/", "badge/", "plan/"])
def test_members_do_nothing_to_each_other(action: str, world: World, as_member: AsMember) -> None:
    changes = Change.objects.count()
    typed = {"reason": "x", "remedy": "x", "number": "04A1B2C3", "fmt": "hex",
             "plan": world.plan.pk, "first_day": "2026-11-24"}  # fmt: skip
    assert as_member(world.alice).post(person(world.bob, action), typed).status_code == 403
    assert Change.objects.count() == changes


@pytest.mark.parametrize("path", ["/holds/1/lift/", "/badges/1/revoke/"])
def test_changes_need_a_post(path: str, world: World, desk: Client) -> None:
    assert desk.get(path).status_code == 405
