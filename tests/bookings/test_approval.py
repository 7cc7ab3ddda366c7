"""Requests: who waits, who answers, what the answer asks, and what a tap makes of one."""

from datetime import timedelta

import pytest

from access.answers import would_answer
from access.decision import Denial
from bookings import services
from bookings.errors import Refused
from bookings.models import Booking
from equipment.models import Machine
from members.models import Change, Member, Role, Space
from notices.models import Outbox
from tests.bookings.people import AT_14, HOUR, MINUTE, a_booking, codes, told_of
from tests.people import NOW, World

State = Booking.State


@pytest.fixture
def world(world: World) -> World:
    """Above an hour it takes the consent of staff."""
    world.tool_class.approval_above_minutes = 60
    world.tool_class.save()
    world.router.tool_class = world.mill.tool_class = world.tool_class
    return world


def a_request(world: World, **given: object) -> Booking:
    return a_booking(world, hours=2, **given)


def test_a_long_booking_waits_for_consent_and_holds_its_time(world: World) -> None:
    booking = a_request(world)
    assert (booking.state, booking.holds, booking.lapses_at) == (State.REQUESTED, True, AT_14)
    assert told_of(booking) == ["request"]
    assert Outbox.objects.get().kind == "booking-requested"
    with pytest.raises(Refused) as refused:
        a_booking(world, member=world.dana, starts=AT_14 + HOUR)
    assert "taken" in codes(refused)


def test_a_short_one_does_not(world: World) -> None:
    assert a_booking(world).state == State.CONFIRMED


def test_staff_who_book_have_consented(world: World) -> None:
    assert a_request(world, by=world.dana).state == State.CONFIRMED


def test_staff_of_another_space_have_not(world: World) -> None:
    elsewhere = Space.objects.create(name="Southside", slug="southside")
    Role.objects.create(member=world.bob, space=elsewhere, kind=Role.Kind.STAFF)
    assert a_request(world, by=world.bob).state == State.REQUESTED


def test_a_tap_on_a_request_is_no_grant(world: World) -> None:
    world.tool_class.walk_up = False
    world.tool_class.save()
    a_request(world)
    at = AT_14 - 5 * MINUTE
    answer = would_answer(member=world.alice, machine=world.router, now=at)
    assert isinstance(answer, Denial)


def test_nobody_checks_in_to_a_request(world: World) -> None:
    booking = a_request(world)
    with pytest.raises(Refused) as refused:
        services.check_in(booking=booking, by=world.alice, now=AT_14 - 5 * MINUTE)
    assert codes(refused) == ["awaits-approval"]


def test_approved_it_is_the_members_and_they_are_told(world: World) -> None:
    world.tool_class.no_show_minutes = 15
    world.tool_class.save()
    Machine.objects.update(has_interlock=True)
    booking = a_request(world, machine=Machine.objects.get(pk=world.router.pk))
    for _twice in range(2):
        approved = services.approve(
            booking=booking, by=world.dana, now=NOW + MINUTE, words="Mind the cable"
        )
    assert (approved.state, approved.lapses_at) == (State.CONFIRMED, AT_14 + 15 * MINUTE)
    assert told_of(booking) == ["request", "approve"]
    letter = Outbox.objects.get(kind="booking-approved")
    assert (letter.to, letter.context["why"]) == (world.alice, "Mind the cable")


def test_approving_asks_the_judge_again(world: World) -> None:
    booking = a_request(world)
    world.alice.certifications.update(until=NOW)
    with pytest.raises(Refused) as refused:
        services.approve(booking=booking, by=world.dana, now=NOW + MINUTE)
    assert codes(refused) == ["certification-ended"]


def test_declined_it_is_free_again_and_the_member_knows_why(world: World) -> None:
    booking = a_request(world)
    for _twice in range(2):
        services.decline(booking=booking, by=world.dana, now=NOW, words="See me first")
    booking.refresh_from_db()
    assert (booking.state, booking.holds, booking.late) == (State.CANCELLED, False, False)
    assert Outbox.objects.get(kind="booking-declined").context["why"] == "See me first"
    assert told_of(booking) == ["request", "decline_request"]


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_only_staff_answer(world: World, who: str) -> None:
    booking, somebody = a_request(world), getattr(world, who)
    for answer in (services.approve, services.decline):
        with pytest.raises(Refused) as refused:
            answer(booking=booking, by=somebody, now=NOW, words="yes")
        assert codes(refused) == ["staff-only"]


def test_a_lost_role_answers_nothing(world: World) -> None:
    booking = a_request(world)
    Role.objects.all().delete()
    with pytest.raises(Refused):
        services.approve(booking=booking, by=Member.objects.get(pk=world.dana.pk), now=NOW)


def test_an_answer_is_to_what_was_seen(world: World) -> None:
    booking = a_request(world)
    services.move(
        booking=booking, starts=AT_14 + HOUR, ends=AT_14 + 3 * HOUR, by=world.alice, now=NOW
    )
    with pytest.raises(Refused) as refused:
        services.approve(booking=booking, by=world.dana, now=NOW, sequence=booking.sequence)
    assert codes(refused) == ["changed-meanwhile"]


def test_an_answer_after_the_start_comes_too_late(world: World) -> None:
    booking = a_request(world)
    with pytest.raises(Refused) as refused:
        services.approve(booking=booking, by=world.dana, now=AT_14)
    assert codes(refused) == ["request-lapsed"]


# --- what moves and extensions make of consent ---------------------------------------------------


def moved(booking: Booking, hours: float, by: Member, starts: object = AT_14) -> Booking:
    ends = starts + timedelta(hours=hours)
    return services.move(booking=booking, starts=starts, ends=ends, by=by, now=NOW + MINUTE)


def test_consent_holds_for_another_time_of_the_same_length(world: World) -> None:
    booking = a_request(world, by=world.dana)
    assert moved(booking, 2, world.alice, AT_14 + HOUR).state == State.CONFIRMED


def test_a_longer_time_takes_consent_anew(world: World) -> None:
    booking = a_request(world, by=world.dana)
    again = moved(booking, 3, world.alice)
    assert (again.state, again.lapses_at) == (State.REQUESTED, AT_14)
    assert Outbox.objects.latest("pk").kind == "booking-requested"


def test_a_request_made_short_enough_needs_none(world: World) -> None:
    assert moved(a_request(world), 1, world.alice).state == State.CONFIRMED


def test_going_on_for_longer_is_asked_of_staff(world: World) -> None:
    booking = a_booking(world)
    services.check_in(booking=booking, by=world.alice, now=AT_14)
    extend = {"booking": booking, "ends": AT_14 + 2 * HOUR, "now": AT_14 + MINUTE}
    with pytest.raises(Refused) as refused:
        services.extend(by=world.alice, **extend)
    assert codes(refused) == ["extension-needs-consent"]
    assert services.extend(by=world.dana, **extend).ends == AT_14 + 2 * HOUR
    assert Change.objects.filter(verb="extend", actor=world.dana).count() == 1
