"""Inductions from the plan to the certificates; each service leaves one Change."""

from datetime import timedelta

import pytest

from bookings.errors import Refused
from bookings.models import Booking, Participant
from equipment.models import Certification, CertificationType, Level, Machine
from equipment.services import revoke_certification
from members.models import Change, Hold, Member, Role
from notices.mail import render
from notices.models import Outbox
from tests.bookings.people import a_booking
from tests.people import NOW, a_certification, a_member
from tests.training.people import HOUR, STARTS, a_plan, an_induction, codes, signed_up
from training import services
from training.models import Attendee, Induction
from training.services import Mark
from training.services.clock import remind_of_inductions, seat_due, settle_due
from training.services.giving import forsaken, tell_of_forsaken

State, Outcome = Attendee.State, Attendee.Outcome
PASSED = Mark(State.ATTENDED, Outcome.PASSED)
NOT_YET = Mark(State.ATTENDED, Outcome.NOT_YET)
SOON = timedelta(minutes=1)


def posted(kind):
    return list(Outbox.objects.filter(kind=kind).values_list("to__name", flat=True))


def changes(verb):
    return Change.objects.filter(verb=verb).count()


# --- planning --------------------------------------------------------------------------------


def test_its_machines_are_booked_for_it(world, certifier):
    induction = an_induction(world, certifier, machines=[world.router, world.mill])
    held = Booking.objects.filter(group=induction.group, purpose="induction", member=certifier)
    assert {row.machine for row in held} == {world.router, world.mill}
    assert {(row.starts, row.ends) for row in held} == {(STARTS, STARTS + 2 * HOUR)}
    assert changes("plan_induction") == 1


def test_policy_does_not_stand_in_its_way(world, certifier):
    world.tool_class.longest_minutes = 60
    world.tool_class.waitlist_only = True
    world.tool_class.save()
    assert an_induction(world, certifier).pk


def test_what_somebody_has_booked_does_and_then_nothing_is_planned(world, certifier):
    a_booking(world, starts=STARTS + HOUR, ends=STARTS + 2 * HOUR)
    with pytest.raises(Refused) as error:
        an_induction(world, certifier, machines=[world.mill, world.router])
    assert codes(error) == ["taken"]
    assert not Induction.objects.exists()
    assert not Booking.objects.filter(purpose="induction").exists()


def test_only_who_may_certify_may_give_it(world):
    with pytest.raises(Refused) as error:
        an_induction(world, world.alice)
    assert codes(error) == ["may-not-certify"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"ends": STARTS}, "ends-before-start"),
        ({"starts": NOW}, "in-the-past"),
        ({"minimum": 3}, "minimum-above-seats"),
        ({"closes_at": NOW}, "closes-too-soon"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(world, certifier, given, code):
    with pytest.raises(Refused) as error:
        an_induction(world, certifier, **given)
    assert code in codes(error)


def test_no_tap_is_asked_for_before_it_goes_back(world, certifier):
    world.router.has_interlock = True
    world.router.save()
    world.tool_class.no_show_minutes = 15
    world.tool_class.save()
    an_induction(world, certifier)
    assert Booking.objects.get(purpose="induction").lapses_at is None


def test_another_time_moves_its_machines_and_is_told(world, certifier):
    induction = an_induction(world, certifier)
    signed_up(induction, world.charlie)
    later = STARTS + HOUR  # still overlaps where it was
    plan = a_plan(starts=later, machines=[world.router])
    services.change_induction(induction=induction, plan=plan, by=certifier, now=NOW)
    assert Booking.objects.get(group=induction.group, holds=True).starts == later
    assert posted("induction-changed") == ["Charlie Okafor"]


def test_a_change_that_is_refused_changes_nothing(world, certifier):
    induction = an_induction(world, certifier)
    a_booking(world, starts=STARTS + 5 * HOUR, ends=STARTS + 6 * HOUR)
    plan = a_plan(starts=STARTS + 4 * HOUR, machines=[world.router])
    with pytest.raises(Refused):
        services.change_induction(induction=induction, plan=plan, by=certifier, now=NOW)
    assert Booking.objects.get(group=induction.group, holds=True).starts == STARTS


def handed(induction, to, by, **given):
    plan = a_plan(machines=list(Machine.objects.filter(bookings__group=induction.group)), **given)
    return services.change_induction(induction=induction, plan=plan, certifier=to, by=by, now=NOW)


def test_handed_over_its_machines_are_the_others_and_both_are_told(world, certifier):
    induction = handed(an_induction(world, certifier), world.dana, by=world.dana)
    held = Booking.objects.filter(group=induction.group, holds=True)
    assert [(row.member, row.machine) for row in held] == [(world.dana, world.router)]
    assert posted("induction-handed") == ["Marta Silva"]  # Dana did it herself
    assert posted("induction-changed") == []


def test_it_is_handed_to_nobody_who_is_taught_there_or_may_not_certify(world, certifier):
    induction = an_induction(world, certifier)
    signed_up(induction, world.charlie)
    with pytest.raises(Refused) as error:
        handed(induction, world.charlie, by=world.dana)
    assert codes(error) == ["may-not-certify"]
    Role.objects.create(member=world.charlie, space=None, kind="staff")
    charlie = Member.objects.get(pk=world.charlie.pk)  # roles are read once
    with pytest.raises(Refused) as error:
        handed(induction, charlie, by=world.dana)
    assert codes(error) == ["is-taught"]
    assert Booking.objects.get(group=induction.group, holds=True).member == certifier


@pytest.mark.parametrize("cause", ["membership", "certification", "hold"])
def test_staff_are_told_once_of_one_whose_certifier_may_not_give_it(world, certifier, cause):
    induction = an_induction(world, certifier)
    assert forsaken(NOW) == []
    if cause == "membership":
        certifier.memberships.update(until=STARTS)
    elif cause == "certification":
        Certification.objects.filter(member=certifier).update(revoked_at=NOW)
    else:
        Hold.objects.create(member=certifier, reason="Ban", remedy="Talk", since=NOW)
    assert forsaken(NOW, world.space) == [induction]
    for _twice in range(2):
        tell_of_forsaken(now=NOW)
    assert posted("induction-forsaken") == ["Dana Osei"]
    handed(induction, world.dana, by=world.dana)
    assert forsaken(NOW) == []


def test_more_seats_are_for_those_who_wait_and_fewer_than_taken_are_refused(world, certifier):
    induction = an_induction(world, certifier, capacity=1)
    signed_up(induction, world.charlie)
    waiting = signed_up(induction, world.bob)
    plan = a_plan(capacity=2, machines=[world.router])
    services.change_induction(induction=induction, plan=plan, by=certifier, now=NOW)
    waiting.refresh_from_db()
    assert waiting.state == State.SIGNED_UP
    plan = a_plan(capacity=1, machines=[world.router])
    with pytest.raises(Refused) as error:
        services.change_induction(induction=induction, plan=plan, by=certifier, now=NOW)
    assert codes(error) == ["seats-taken"]


def test_calling_it_off_tells_everybody_and_frees_its_machines(world, certifier):
    induction = an_induction(world, certifier, capacity=1)
    signed_up(induction, world.charlie)
    signed_up(induction, world.bob)
    for _twice in range(2):
        services.cancel_induction(induction=induction, by=certifier, now=NOW, why="Ill")
    assert sorted(posted("induction-cancelled")) == ["Bob Lindqvist", "Charlie Okafor"]
    assert changes("cancel_induction") == 1
    booking = Booking.objects.get(purpose="induction")
    assert (booking.state, booking.late) == ("cancelled", False)
    assert a_booking(world, starts=STARTS, ends=STARTS + HOUR).pk


def test_whoever_would_give_it_hears_that_staff_call_it_off(world, certifier):
    induction = an_induction(world, certifier)
    services.cancel_induction(induction=induction, by=world.dana, now=NOW, why="Flood")
    assert posted("induction-cancelled") == [certifier.name]
    told = Outbox.objects.get(kind="induction-cancelled").context
    for_who_signed_up = {key: word for key, word in told.items() if key != "gives"}
    letters = [
        render("induction-cancelled", facts, certifier) for facts in (told, for_who_signed_up)
    ]
    assert ["Choose another" in letter.text for letter in letters] == [False, True]


# --- signing up ------------------------------------------------------------------------------


def test_a_seat_is_told_and_twice_is_once(world, certifier):
    induction = an_induction(world, certifier)
    first, second = signed_up(induction, world.charlie), signed_up(induction, world.charlie)
    assert (first.state, first.pk) == (State.SIGNED_UP, second.pk)
    assert posted("induction-signed-up") == ["Charlie Okafor"]
    assert changes("sign_up") == 1


def test_without_a_seat_one_waits_and_gets_the_first_that_is_left(world, certifier):
    induction = an_induction(world, certifier, capacity=1)
    seat = signed_up(induction, world.charlie)
    bob = signed_up(induction, world.bob)
    assert bob.state == State.WAITING
    services.withdraw(attendee=seat, by=world.charlie, now=NOW)
    bob.refresh_from_db()
    assert bob.state == State.SIGNED_UP
    assert posted("induction-seat") == ["Bob Lindqvist"]


def test_whoever_waits_comes_before_a_newcomer_once_nothing_stands_in_their_way(world, certifier):
    induction = an_induction(world, certifier, capacity=1)
    seat = signed_up(induction, world.charlie)
    bob = signed_up(induction, world.bob)
    hold = Hold.objects.create(member=world.bob, reason="Unpaid", remedy="Pay", since=NOW)
    services.withdraw(attendee=seat, by=world.charlie, now=NOW)
    hold.delete()
    newcomer = signed_up(induction, a_member("Erin Novak", plan=world.plan))
    bob.refresh_from_db()
    assert (bob.state, newcomer.state) == (State.SIGNED_UP, State.WAITING)
    at_machines = Participant.objects.filter(booking__group=induction.group)
    assert [one.member for one in at_machines] == [world.bob]


def test_the_clock_gives_a_free_seat_to_who_waits(world, certifier):
    induction = an_induction(world, certifier, capacity=1)
    seat = signed_up(induction, world.charlie)
    bob = signed_up(induction, world.bob)
    hold = Hold.objects.create(member=world.bob, reason="Unpaid", remedy="Pay", since=NOW)
    services.withdraw(attendee=seat, by=world.charlie, now=NOW)
    assert seat_due(now=NOW) == 0
    hold.delete()
    assert (seat_due(now=NOW), seat_due(now=NOW)) == (1, 0)
    bob.refresh_from_db()
    assert bob.state == State.SIGNED_UP
    assert posted("induction-seat") == ["Bob Lindqvist"]


def test_who_may_not_come_any_more_is_passed_over_in_line(world, certifier):
    induction = an_induction(world, certifier, capacity=1)
    seat = signed_up(induction, world.charlie)
    bob = signed_up(induction, world.bob)
    erin = signed_up(induction, a_member("Erin Novak", plan=world.plan))
    Hold.objects.create(member=world.bob, reason="Unpaid", remedy="Pay", since=NOW)
    services.withdraw(attendee=seat, by=world.charlie, now=NOW)
    bob.refresh_from_db()
    erin.refresh_from_db()
    assert (bob.state, erin.state) == (State.WAITING, State.SIGNED_UP)


def test_every_reason_against_it_comes_at_once(world, certifier):
    stranger = a_member("Nora Unplanned", plan=None)
    Hold.objects.create(member=stranger, reason="Unpaid", remedy="Pay", since=NOW)
    wood = CertificationType.objects.create(name="Wood", slug="wood")
    induction = an_induction(world, certifier, needs=wood)
    with pytest.raises(Refused) as error:
        signed_up(induction, stranger, now=induction.closes_at)
    assert codes(error) == ["sign-up-closed", "needs-first", "no-membership", "on-hold"]


def test_what_it_needs_first_is_enough(world, certifier):
    wood = CertificationType.objects.create(name="Wood", slug="wood")
    a_certification(world.charlie, wood)
    assert signed_up(an_induction(world, certifier, needs=wood), world.charlie).pk


def test_nobody_is_taught_by_themselves_or_what_they_have_for_good(world, certifier):
    induction = an_induction(world, certifier)
    with pytest.raises(Refused) as error:
        signed_up(induction, certifier)
    assert codes(error) == ["gives-it-oneself"]
    assert signed_up(induction, world.alice).pk  # hers ends, and may be made new
    Certification.objects.filter(member=world.alice).update(until=None)
    Attendee.objects.all().delete()
    with pytest.raises(Refused) as error:
        signed_up(induction, world.alice)
    assert codes(error) == ["certified-already"]


def test_the_moment_it_closes_is_too_late(world, certifier):
    induction = an_induction(world, certifier)
    signed_up(induction, world.charlie, now=induction.closes_at - SOON)
    with pytest.raises(Refused) as error:
        signed_up(induction, world.bob, now=induction.closes_at)
    assert codes(error) == ["sign-up-closed"]


def test_too_late_to_withdraw_is_up_to_who_gives_it(world, certifier):
    induction = an_induction(world, certifier)
    seat = signed_up(induction, world.charlie)
    late = induction.cancel_until
    with pytest.raises(Refused) as error:
        services.withdraw(attendee=seat, by=world.charlie, now=late)
    assert codes(error) == ["withdrawal-closed"]
    assert services.withdraw(attendee=seat, by=certifier, now=late).state == State.CANCELLED


def test_who_withdrew_may_come_back(world, certifier):
    induction = an_induction(world, certifier)
    seat = signed_up(induction, world.charlie)
    services.withdraw(attendee=seat, by=world.charlie, now=NOW)
    assert signed_up(induction, world.charlie).pk != seat.pk


# --- by the clock ----------------------------------------------------------------------------


def test_too_few_at_the_deadline_call_it_off(world, certifier):
    induction = an_induction(world, certifier, minimum=2)
    signed_up(induction, world.charlie)
    settle_due(now=induction.closes_at - SOON)
    assert Induction.objects.get().state == Induction.State.PLANNED
    settle_due(now=induction.closes_at)
    assert Induction.objects.get().state == Induction.State.CANCELLED
    assert sorted(posted("induction-cancelled")) == ["Charlie Okafor", certifier.name]
    assert not Booking.objects.get(purpose="induction").holds


def test_enough_at_the_deadline_is_enough_whoever_withdraws_later(world, certifier):
    induction = an_induction(world, certifier, minimum=1)
    seat = signed_up(induction, world.charlie)
    settle_due(now=induction.closes_at)
    services.withdraw(attendee=seat, by=certifier, now=induction.closes_at)
    assert settle_due(now=induction.closes_at + HOUR) == 0
    assert Induction.objects.get().state == Induction.State.PLANNED


def test_each_reminder_is_sent_once(world, certifier):
    signed_up(an_induction(world, certifier), world.charlie)
    for before in (30 * HOUR, 20 * HOUR, 19 * HOUR, HOUR, HOUR):
        remind_of_inductions(now=STARTS - before)
    assert posted("induction-reminder") == ["Charlie Okafor"] * 2


# --- how it went -----------------------------------------------------------------------------


def test_who_passed_is_certified_once(world, certifier):
    seat = signed_up(an_induction(world, certifier), world.charlie)
    for _twice in range(2):
        services.mark(attendee=seat, mark=PASSED, by=certifier, now=STARTS)
    given = Certification.objects.get(member=world.charlie)
    assert (given.type, given.level, given.given_by) == (
        world.certification,
        Level.FULL,
        certifier,
    )
    assert changes("mark") == 1
    assert posted("certification-given") == ["Charlie Okafor"]


def test_present_not_yet_and_absent_give_nothing(world, certifier):
    seat = signed_up(an_induction(world, certifier), world.charlie)
    for mark in (
        Mark(State.ATTENDED),
        NOT_YET,
        Mark(State.ABSENT),
    ):
        services.mark(attendee=seat, mark=mark, by=certifier, now=STARTS)
    assert not Certification.objects.filter(member=world.charlie).exists()


def test_nothing_is_marked_before_it_begins(world, certifier):
    seat = signed_up(an_induction(world, certifier), world.charlie)
    with pytest.raises(Refused) as error:
        services.mark(attendee=seat, mark=PASSED, by=certifier, now=STARTS - SOON)
    assert codes(error) == ["not-begun"]


def test_a_pass_that_gave_something_is_not_unsaid(world, certifier):
    seat = signed_up(an_induction(world, certifier), world.charlie)
    services.mark(attendee=seat, mark=PASSED, by=certifier, now=STARTS)
    with pytest.raises(Refused) as error:
        services.mark(attendee=seat, mark=Mark(State.ABSENT), by=certifier, now=STARTS)
    assert codes(error) == ["passed-already"]


def test_a_pass_given_by_mistake_is_put_right_once_what_it_gave_is_taken_back(world, certifier):
    seat = signed_up(an_induction(world, certifier), world.charlie)
    services.mark(attendee=seat, mark=PASSED, by=certifier, now=STARTS)
    revoke_certification(
        certification=Certification.objects.get(member=world.charlie),
        why="Slip",
        by=certifier,
        now=STARTS,
    )
    services.mark(attendee=seat, mark=PASSED, by=certifier, now=STARTS)  # the page saved once more
    assert not Certification.objects.valid(STARTS).filter(member=world.charlie).exists()
    again = services.mark(attendee=seat, mark=NOT_YET, by=certifier, now=STARTS)
    assert (again.outcome, again.certification) == (Outcome.NOT_YET, None)
    services.mark(attendee=seat, mark=PASSED, by=certifier, now=STARTS)
    assert Certification.objects.valid(STARTS).filter(member=world.charlie).count() == 1


def test_a_certifier_who_lost_it_marks_nobody_as_passed(world, certifier):
    seat = signed_up(an_induction(world, certifier), world.charlie)
    Certification.objects.filter(member=certifier).update(revoked_at=STARTS)
    with pytest.raises(Refused) as error:
        services.mark(attendee=seat, mark=PASSED, by=certifier, now=STARTS)
    assert codes(error) == ["not-certifiable"]
    seat.refresh_from_db()
    assert seat.state == State.SIGNED_UP


def test_it_is_finished_once_everybody_is_marked(world, certifier):
    induction = an_induction(world, certifier)
    signed_up(induction, world.charlie)
    with pytest.raises(Refused) as error:
        services.finish(induction=induction, by=certifier, now=STARTS)
    assert codes(error) == ["not-marked"]
    assert services.mark_everybody(induction=induction, by=certifier, now=STARTS) == 1
    done = services.finish(induction=induction, by=certifier, now=STARTS)
    assert done.state == Induction.State.HELD
