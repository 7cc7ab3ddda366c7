"""Handing over and swapping: proposed, accepted, declined, overtaken; and never half of it."""

import pytest

from bookings import services
from bookings.errors import Refused
from bookings.models import Answer, Booking, HandOver, Question
from bookings.services.handing_over import foreseen
from members.models import Member
from notices.models import Outbox
from tests.bookings.people import AT_14, HOUR, MINUTE, a_booking, codes, told_of
from tests.people import NOW, World, a_certification, a_machine, a_tool_class

State = Booking.State
LATER = NOW + 5 * MINUTE


@pytest.fixture
def world(world: World) -> World:
    """Dana may use the machines, too, and so may take over from Alice."""
    a_certification(world.dana, world.certification)
    return world


def proposed(world: World, booking: Booking, **given: object) -> HandOver:
    asked = {"to": world.dana, "by": world.alice, "now": NOW + MINUTE, **given}
    return services.propose_hand_over(booking=booking, **asked)


def accept(hand_over: HandOver, by: Member, **given: object) -> Booking:
    return services.accept_hand_over(hand_over=hand_over, by=by, now=LATER, **given)


def letters() -> list[tuple[str, str]]:
    rows = Outbox.objects.order_by("pk").select_related("to")
    return [(row.kind, row.to.name) for row in rows]


# --- proposing -----------------------------------------------------------------------------------


def test_a_proposal_changes_nothing_and_is_told(world: World) -> None:
    booking = a_booking(world)
    hand_over = proposed(world, booking)
    booking.refresh_from_db()
    assert (booking.member, booking.state) == (world.alice, State.CONFIRMED)
    assert letters()[-1] == ("hand-over-proposed", "Dana Osei")
    assert told_of(booking) == ["book", "propose"]
    assert HandOver.objects.standing(LATER).get() == hand_over


def test_the_same_proposal_twice_is_one(world: World) -> None:
    booking = a_booking(world)
    assert proposed(world, booking) == proposed(world, booking)
    assert letters().count(("hand-over-proposed", "Dana Osei")) == 1


def test_a_booking_is_offered_to_one_person_at_a_time(world: World) -> None:
    booking = a_booking(world)
    proposed(world, booking)
    with pytest.raises(Refused) as refused:
        proposed(world, booking, to=world.bob)
    assert codes(refused) == ["hand-over-open"]


def test_nobody_hands_over_to_oneself(world: World) -> None:
    with pytest.raises(Refused) as refused:
        proposed(world, a_booking(world), to=world.alice)
    assert codes(refused) == ["hand-over-to-oneself"]


@pytest.mark.parametrize("minutes", [0, 20])
def test_what_has_begun_stays(world: World, minutes: int) -> None:
    booking = a_booking(world)
    with pytest.raises(Refused) as refused:
        proposed(world, booking, now=AT_14 + minutes * MINUTE)
    assert codes(refused) == ["begun-already"]


def test_in_return_is_asked_what_is_theirs(world: World) -> None:
    booking, another = a_booking(world), a_booking(world, starts=AT_14 + 2 * HOUR)
    with pytest.raises(Refused) as refused:
        proposed(world, booking, in_return=another)
    assert codes(refused) == ["swap-gone"]


# --- accepting -----------------------------------------------------------------------------------


def test_accepted_it_is_a_new_booking_and_the_old_one_is_not_late(world: World) -> None:
    world.tool_class.cancel_notice_minutes = 24 * 60
    world.tool_class.save()
    old = a_booking(world, note="mine")
    new = accept(proposed(world, old), world.dana)
    old.refresh_from_db()
    assert (old.state, old.holds, old.late) == (State.CANCELLED, False, False)
    assert (new.member, new.machine, new.starts, new.ends) == (
        world.dana,
        old.machine,
        old.starts,
        old.ends,
    )
    assert (new.origin, new.note, new.state) == (Booking.Origin.HANDOVER, "", State.CONFIRMED)
    assert told_of(old) == ["book", "propose", "hand_over"]
    assert letters()[-2:] == [
        ("booking-confirmed", "Dana Osei"),
        ("hand-over-answered", "Alice Meyer"),
    ]


def test_accepting_twice_is_once(world: World) -> None:
    hand_over = proposed(world, a_booking(world))
    assert accept(hand_over, world.dana) == accept(hand_over, world.dana)
    assert Booking.objects.holding().count() == 1


def test_whoever_may_not_use_the_machine_may_not_take_it(world: World) -> None:
    old = a_booking(world)
    hand_over = proposed(world, old, to=world.bob)
    assert [reason.code for reason in foreseen(hand_over=hand_over, by=world.bob, now=LATER)] == [
        "certification-ended"
    ]
    with pytest.raises(Refused) as refused:
        accept(hand_over, world.bob)
    assert codes(refused) == ["certification-ended"]
    old.refresh_from_db()
    assert (old.state, old.holds, Booking.objects.count()) == (State.CONFIRMED, True, 1)


def test_what_takes_consent_is_not_handed_over(world: World) -> None:
    old = a_booking(world, hours=2)
    world.tool_class.approval_above_minutes = 60
    world.tool_class.save()
    with pytest.raises(Refused) as refused:
        accept(proposed(world, old), world.dana)
    assert codes(refused) == ["takes-consent"]


def test_answers_go_with_the_booking(world: World) -> None:
    question = Question.objects.create(tool_class=world.tool_class, text="Material?")
    old = a_booking(world, answers={question.pk: "Plywood"})
    new = accept(proposed(world, old), world.dana)
    assert Answer.objects.get(booking=new).text == "Plywood"


def test_a_question_asked_since_stops_nobody(world: World) -> None:
    old = a_booking(world)
    Question.objects.create(tool_class=world.tool_class, text="Material?")
    later = {"starts": AT_14 + HOUR, "ends": AT_14 + 2 * HOUR, "now": NOW}
    moved = services.move(booking=old, by=world.alice, **later)
    assert accept(proposed(world, moved), world.dana).member == world.dana


# --- overtaken -----------------------------------------------------------------------------------


def move_on(booking: Booking, by: Member) -> None:
    starts = AT_14 + 3 * HOUR
    services.move(booking=booking, starts=starts, ends=starts + HOUR, by=by, now=NOW + 2 * MINUTE)


def cancel(booking: Booking, by: Member) -> None:
    services.cancel(booking=booking, by=by, now=NOW + 2 * MINUTE)


@pytest.mark.parametrize("change", [move_on, cancel])
def test_a_booking_that_changed_closes_its_proposal(world: World, change: object) -> None:
    booking = a_booking(world)
    hand_over = proposed(world, booking)
    change(booking, world.alice)  # type: ignore[operator]
    with pytest.raises(Refused) as refused:
        accept(hand_over, world.dana)
    assert codes(refused) == ["proposal-closed"]
    assert not HandOver.objects.standing(LATER).exists()


def test_a_booking_that_moved_can_be_offered_anew(world: World) -> None:
    booking = a_booking(world)
    proposed(world, booking)
    move_on(booking, world.alice)
    again = proposed(world, booking, to=world.bob, now=LATER)
    assert HandOver.objects.standing(LATER).get() == again


def test_time_closes_it_too(world: World) -> None:
    hand_over = proposed(world, a_booking(world))
    with pytest.raises(Refused) as refused:
        services.accept_hand_over(hand_over=hand_over, by=world.dana, now=AT_14)
    assert codes(refused) == ["proposal-closed"]


def test_accepting_is_of_what_was_shown(world: World) -> None:
    hand_over = proposed(world, a_booking(world))
    with pytest.raises(Refused) as refused:
        accept(hand_over, world.dana, version="7")
    assert codes(refused) == ["changed-meanwhile"]
    assert accept(hand_over, world.dana, version=hand_over.version)


# --- declining -----------------------------------------------------------------------------------


def test_declined_it_stays_and_the_other_is_told_once(world: World) -> None:
    booking = a_booking(world)
    hand_over = proposed(world, booking)
    for _twice in range(2):
        services.decline_hand_over(hand_over=hand_over, by=world.dana, now=LATER)
    assert letters()[-1] == ("hand-over-answered", "Alice Meyer")
    assert told_of(booking) == ["book", "propose", "decline_hand_over"]
    with pytest.raises(Refused):
        accept(hand_over, world.dana)


def test_taken_back_nobody_is_told(world: World) -> None:
    booking = a_booking(world)
    hand_over = proposed(world, booking)
    services.decline_hand_over(hand_over=hand_over, by=world.alice, now=LATER)
    assert told_of(booking)[-1] == "withdraw"
    assert letters()[-1] == ("hand-over-proposed", "Dana Osei")


# --- swapping ------------------------------------------------------------------------------------


@pytest.fixture
def both(world: World) -> tuple[Booking, Booking]:
    """Alice has the router at 14:00, Dana at 15:00 for two hours: back to back."""
    mine = a_booking(world)
    return mine, a_booking(world, member=world.dana, starts=AT_14 + HOUR, hours=2)


def places(*bookings: Booking) -> list[tuple[object, ...]]:
    for booking in bookings:
        booking.refresh_from_db()
    return [(row.member.name, row.machine.name, row.starts, row.ends) for row in bookings]


def test_two_bookings_of_one_machine_change_places(
    world: World, both: tuple[Booking, Booking]
) -> None:
    mine, theirs = both
    services.swap(first=mine, second=theirs, by=world.dana, now=NOW)
    assert places(mine, theirs) == [
        ("Alice Meyer", "CNC router", AT_14 + HOUR, AT_14 + 3 * HOUR),
        ("Dana Osei", "CNC router", AT_14, AT_14 + HOUR),
    ]
    assert mine.holds and theirs.holds
    assert told_of(mine) == told_of(theirs) == ["book", "swap"]


def test_two_machines_may_be_swapped_at_one_time(world: World) -> None:
    mine = a_booking(world)
    theirs = a_booking(world, member=world.dana, machine=world.mill)
    services.swap(first=mine, second=theirs, by=world.alice, now=NOW)
    assert [place[1] for place in places(mine, theirs)] == ["CNC mill", "CNC router"]


def test_a_swap_is_both_or_neither(world: World, both: tuple[Booking, Booking]) -> None:
    mine, theirs = both
    world.dana.certifications.update(until=AT_14 + MINUTE)
    before = places(mine, theirs)
    with pytest.raises(Refused) as refused:
        services.swap(first=mine, second=theirs, by=world.alice, now=NOW)
    assert codes(refused) == ["other-may-not"]
    assert places(mine, theirs) == before
    assert Booking.objects.holding().count() == 2


def test_staff_hear_why_a_swap_fails(world: World, both: tuple[Booking, Booking]) -> None:
    mine, theirs = both
    world.dana.certifications.update(until=AT_14 + MINUTE)
    with pytest.raises(Refused) as refused:
        services.swap(first=mine, second=theirs, by=world.bob, now=NOW)
    assert codes(refused) == ["certification-ends"]


def test_what_runs_is_not_swapped(world: World, both: tuple[Booking, Booking]) -> None:
    mine, theirs = both
    services.check_in(booking=mine, by=world.alice, now=AT_14)
    with pytest.raises(Refused) as refused:
        services.swap(first=mine, second=theirs, by=world.dana, now=AT_14)
    assert codes(refused) == ["begun-already"]


def test_in_return_for_another_both_change_hands(
    world: World, both: tuple[Booking, Booking]
) -> None:
    mine, theirs = both
    hand_over = proposed(world, mine, in_return=theirs)
    assert foreseen(hand_over=hand_over, by=world.dana, now=LATER) == ()
    assert accept(hand_over, world.dana) == accept(hand_over, world.dana) == theirs
    assert [place[2] for place in places(mine, theirs)] == [AT_14 + HOUR, AT_14]
    assert letters()[-2:] == [
        ("booking-changed", "Dana Osei"),
        ("hand-over-answered", "Alice Meyer"),
    ]


def test_what_is_asked_in_return_may_be_gone_by_then(
    world: World, both: tuple[Booking, Booking]
) -> None:
    mine, theirs = both
    hand_over = proposed(world, mine, in_return=theirs)
    cancel(theirs, world.dana)
    with pytest.raises(Refused) as refused:
        accept(hand_over, world.dana)
    assert codes(refused) == ["proposal-closed"]


def test_answers_stay_with_the_kind_of_machine(world: World) -> None:
    lasers = a_tool_class("Lasers")
    laser = a_machine("Laser", lasers, world.space)
    material = Question.objects.create(tool_class=lasers, text="Material?")
    mine = a_booking(world)
    theirs = a_booking(world, member=world.dana, machine=laser, answers={material.pk: "Acrylic"})
    services.swap(first=mine, second=theirs, by=world.alice, now=NOW)
    assert Answer.objects.get().booking == mine
