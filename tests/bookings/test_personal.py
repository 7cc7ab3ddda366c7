"""A booking whose own member may not use the machine then: told once, kept a while, passed on."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings import personal
from bookings.errors import Refused
from bookings.models import Booking, Disruption
from bookings.rules.releasing import BEFORE, LEAST, release_at
from bookings.services.disruptions import answer_disruption, find_disruptions
from bookings.services.waitlist import wait
from equipment.models import Certification, Suspension
from equipment.services import lock_out
from members import busy
from members.models import AccessEpoch, Hold, Membership, Pause
from members.services import lift_hold, place_hold
from members.services.closures import close_space, remove_closure
from members.services.memberships import MembershipError, end_membership
from members.services.pauses import end_pause, start_pause
from notices.models import Outbox
from tests.bookings.people import AT_14, HOUR, MINUTE, a_booking
from tests.bookings.test_views import browser, text
from tests.people import NOW, World, a_certification, a_member

DAY = timedelta(days=1)
Answer = Disruption.Answer
THURSDAY = AT_14 + 9 * DAY  # of the week after next


@pytest.fixture(autouse=True)
def epoch(db: None) -> None:
    AccessEpoch.objects.get_or_create(pk=1)


def booked(world: World, **given: Any) -> Booking:
    return a_booking(world, **{"starts": THURSDAY} | given)


def held(world: World) -> Hold:
    return place_hold(
        member=world.alice, reason="Left the laser alone.", remedy="Talk.", by=world.dana, now=NOW
    )


def told(kind: str = "booking-at-risk") -> list[Outbox]:
    return list(Outbox.objects.filter(kind=kind))


def the_disruption() -> Disruption:
    return Disruption.objects.select_related("booking__machine__tool_class").get()


# --- how long it is kept -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ahead", "kept"),
    [
        (9 * DAY, 3 * DAY),
        (3 * DAY, 3 * DAY - BEFORE),
        (13 * HOUR, LEAST),
        (2 * HOUR, LEAST),
        (HOUR, None),
        (20 * MINUTE, None),
    ],
)
def test_time_to_mend_it_and_time_for_others(ahead: timedelta, kept: timedelta | None) -> None:
    assert release_at(NOW, NOW + ahead) == (NOW + kept if kept else None)


# --- finding -------------------------------------------------------------------------------------


def test_a_hold_puts_a_booking_at_risk_and_its_member_is_told_once(world: World) -> None:
    booking, hold = booked(world), held(world)
    assert [find_disruptions(now=NOW) for _twice in range(2)] == [1, 0]
    found = the_disruption()
    assert (found.booking, found.is_personal, found.release_at) == (booking, True, NOW + 3 * DAY)
    assert found.reason["code"] == "on-hold"
    [message] = told()
    assert (message.to, message.context["why"]) == (world.alice, hold.reason)
    assert message.context["release_at"] == (NOW + 3 * DAY).isoformat()


def ends_early(world: World) -> None:
    end_membership(
        membership=world.alice.memberships.get(), until=NOW + DAY, by=world.dana, now=NOW
    )


def rests(world: World) -> None:
    world.alice.memberships.get().plan.__class__.objects.update(pause_days=60)
    start_pause(
        membership=world.alice.memberships.get(),
        starts=NOW + DAY,
        until=NOW + 30 * DAY,
        why="",
        by=world.alice,
        now=NOW,
    )


def revoked(world: World) -> None:
    Certification.objects.filter(member=world.alice).update(revoked_at=NOW)


def unused(world: World) -> None:
    Certification.objects.filter(member=world.alice).update(idle_until=THURSDAY - DAY)


def suspended(world: World) -> None:
    Suspension.objects.create(
        member=world.alice, type=world.certification, why="looked into", since=NOW
    )


def closed(world: World) -> None:
    type(world.alice).objects.filter(pk=world.alice.pk).update(is_active=False)


@pytest.mark.parametrize(
    ("happens", "code"),
    [
        (ends_early, "membership-ends"),
        (rests, "membership-paused"),
        (revoked, "certification-revoked"),
        (unused, "certification-ends"),
        (suspended, "certification-suspended"),
        (closed, "account-closed"),
    ],
)
def test_whatever_the_judge_would_say_at_its_time_is_found_today(
    world: World, happens: Any, code: str
) -> None:
    booked(world)
    happens(world)
    assert find_disruptions(now=NOW) == 1
    assert the_disruption().reason["code"] == code
    find_disruptions(now=NOW)
    assert len(told()) == 1


def test_a_lockout_is_nobodys_own_and_comes_first(world: World) -> None:
    a_booking(world, starts=AT_14)
    lock_out(machine=world.router, why="Spindle worn", by=world.dana, now=NOW)
    find_disruptions(now=NOW)
    assert not the_disruption().is_personal
    held(world)
    assert find_disruptions(now=NOW) == 0
    assert not told()


def test_what_begins_in_a_moment_runs_or_is_only_offered_is_left_alone(world: World) -> None:
    a_booking(world, starts=NOW, hours=0.5)
    offered = booked(world)
    Booking.objects.filter(pk=offered.pk).update(state=Booking.State.OFFERED)
    other = booked(world, starts=THURSDAY + 2 * HOUR)
    Booking.objects.filter(pk=other.pk).update(purpose=Booking.Purpose.INDUCTION)
    held(world)
    assert find_disruptions(now=NOW) == 0


def test_several_of_one_cause_are_one_message_each_with_its_own_time(world: World) -> None:
    for days in (1, 9):
        a_booking(world, starts=AT_14 + days * DAY)
    held(world)
    assert find_disruptions(now=NOW) == 2
    [message] = told()
    assert message.context["others"] == 1
    times = list(Disruption.objects.order_by("booking__starts").values_list("release_at"))
    assert times == [(AT_14 + DAY - BEFORE,), (NOW + 3 * DAY,)]


# --- over again ----------------------------------------------------------------------------------


def test_mended_in_time_the_booking_stands_and_the_member_hears_it(world: World) -> None:
    booking, hold = booked(world), held(world)
    find_disruptions(now=NOW)
    lift_hold(hold=hold, by=world.dana, now=NOW + DAY)
    assert find_disruptions(now=NOW + DAY) == 1
    booking.refresh_from_db()
    assert (booking.state, the_disruption().answer) == (Booking.State.CONFIRMED, Answer.OVER)
    assert len(told("disruption-over")) == 1


def test_a_pause_that_is_ended_gives_the_bookings_back(world: World) -> None:
    booked(world)
    rests(world)
    find_disruptions(now=NOW)
    end_pause(pause=Pause.objects.get(), by=world.alice, now=NOW + DAY / 2)
    find_disruptions(now=NOW + DAY / 2)
    assert the_disruption().answer == Answer.OVER


# --- passing on ----------------------------------------------------------------------------------


def test_unanswered_it_goes_to_others_with_its_reason(world: World) -> None:
    booking = booked(world)
    held(world)
    find_disruptions(now=NOW)
    assert find_disruptions(now=NOW + 3 * DAY - MINUTE) == 0
    before = AccessEpoch.objects.get().number
    assert [find_disruptions(now=NOW + 3 * DAY) for _twice in range(2)] == [1, 0]
    booking.refresh_from_db()
    assert (booking.state, booking.holds, booking.late) == (Booking.State.CANCELLED, False, False)
    assert the_disruption().answer == Answer.PASSED
    [message] = told("booking-passed-on")
    assert (message.to, message.context["why"]) == (world.alice, "Left the laser alone.")
    assert AccessEpoch.objects.get().number == before + 1


def test_who_waits_for_that_time_is_offered_it(
    world: World, django_capture_on_commit_callbacks: Any
) -> None:
    booked(world)
    a_certification(world.dana, world.certification)
    wait(
        member=world.dana,
        tool_class=world.tool_class,
        machine=world.router,
        space=world.space,
        starts=THURSDAY,
        ends=THURSDAY + HOUR,
        minutes=60,
        by=world.dana,
        now=NOW,
    )
    held(world)
    find_disruptions(now=NOW)
    with django_capture_on_commit_callbacks(execute=True):
        find_disruptions(now=NOW + 3 * DAY)
    offer = Booking.objects.get(state=Booking.State.OFFERED)
    assert (offer.member, offer.machine, offer.starts) == (world.dana, world.router, THURSDAY)


def test_what_was_mended_a_moment_ago_is_not_passed_on(world: World) -> None:
    booking, hold = booked(world), held(world)
    find_disruptions(now=NOW)
    lift_hold(hold=hold, by=world.dana, now=NOW + 3 * DAY)
    find_disruptions(now=NOW + 3 * DAY)
    booking.refresh_from_db()
    assert booking.state == Booking.State.CONFIRMED


def test_another_reason_keeps_the_time_that_was_told(world: World) -> None:
    booked(world)
    hold = held(world)
    find_disruptions(now=NOW)
    ends_early(world)
    lift_hold(hold=hold, by=world.dana, now=NOW)
    assert find_disruptions(now=NOW + DAY / 2) == 0
    found = the_disruption()
    assert (found.reason["code"], found.release_at) == ("membership-ends", NOW + 3 * DAY)
    assert len(told()) == 1


def test_where_a_closure_stood_in_front_the_member_still_hears_of_the_deadline(
    world: World,
) -> None:
    booked(world)
    closure = close_space(
        space=world.space,
        starts=THURSDAY - DAY,
        ends=THURSDAY + DAY,
        reason="Flood",
        by=world.dana,
        now=NOW,
    )
    held(world)
    find_disruptions(now=NOW)
    assert not told()
    remove_closure(closure=closure, by=world.dana, now=NOW + DAY)
    find_disruptions(now=NOW + DAY)
    assert the_disruption().release_at == NOW + 4 * DAY
    assert len(told()) == 1


# --- answering -----------------------------------------------------------------------------------


def test_it_can_be_given_back_at_once_and_short_notice_counts_as_ever(world: World) -> None:
    booking = booked(world)
    type(world.tool_class).objects.update(cancel_notice_minutes=60 * 24 * 30)
    held(world)
    find_disruptions(now=NOW)
    answer_disruption(disruption=the_disruption(), by=world.alice, now=NOW)
    booking.refresh_from_db()
    assert (booking.state, booking.late) == (Booking.State.CANCELLED, True)
    assert the_disruption().answer == Answer.RELEASED


def test_another_time_is_judged_like_any_other(world: World) -> None:
    booked(world)
    ends_early(world)
    find_disruptions(now=NOW)
    with pytest.raises(Refused, match="membership-ends"):
        answer_disruption(
            disruption=the_disruption(), to=(world.mill, THURSDAY), by=world.alice, now=NOW
        )
    soon = AT_14 + HOUR
    answer_disruption(disruption=the_disruption(), to=(world.mill, soon), by=world.alice, now=NOW)
    assert the_disruption().booking.starts == soon


# --- what it costs -------------------------------------------------------------------------------


@pytest.mark.parametrize("few", [0, 300])
def test_a_hundred_members_cost_as_many_statements_as_one(
    world: World, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(personal, "FEW", few)
    counts = []
    for number in range(3):
        one = a_member(f"Member{number} M", plan=world.plan)
        a_certification(one, world.certification)
        a_booking(world, member=one, starts=THURSDAY + number * 2 * HOUR)
        with CaptureQueriesContext(connection) as asked:
            find_disruptions(now=NOW)
        counts.append(len(asked))
    assert counts == [12] * 3


def test_a_machine_in_use_keeps_a_membership_from_resting(world: World) -> None:
    running = a_booking(world, starts=NOW, hours=1)
    Booking.objects.filter(pk=running.pk).update(state=Booking.State.RUNNING)
    assert busy.machine_of(world.alice, NOW, NOW) == "CNC router"
    assert busy.machine_of(world.alice, NOW + HOUR, NOW) == ""
    type(world.plan).objects.update(pause_days=30)
    row = Membership.objects.get(member=world.alice)
    given: dict[str, Any] = {"until": NOW + 3 * DAY, "why": "", "by": world.alice, "now": NOW}
    with pytest.raises(MembershipError, match="CNC router is in use"):
        start_pause(membership=row, starts=NOW, **given)
    starts: datetime = NOW + HOUR
    assert start_pause(membership=row, starts=starts, **given)


# --- its page ------------------------------------------------------------------------------------


@pytest.fixture
def found(world: World) -> Iterator[Disruption]:
    with time_machine.travel(NOW, tick=False):
        booked(world)
        ends_early(world)
        find_disruptions(now=NOW)
        yield the_disruption()


def test_its_page_says_why_until_when_and_where_it_is_mended(
    world: World, found: Disruption
) -> None:
    shown = text(browser(world.alice).get(f"/disruptions/{found.public_id}/"))
    assert "You may not use it then" in shown
    assert "Your membership ends on Wednesday 25 November, 13:30" in shown
    assert "If nothing changes by Friday 27 November, 13:30" in shown
    for way in ("Your membership", "Hand it over", "Give it back"):
        assert way in shown
    booking = text(browser(world.alice).get(f"/bookings/{found.booking.public_id}/"))
    assert "If nothing changes by Friday 27 November, 13:30" in booking


def test_staff_see_whose_it_is_and_nobody_else_does(world: World, found: Disruption) -> None:
    shown = text(browser(world.dana).get("/spaces/northside/disruptions/"))
    assert "Your membership ends on" in shown and "Alice" in shown
    assert browser(world.bob).get(f"/disruptions/{found.public_id}/").status_code == 404


def test_once_passed_on_its_page_says_so(world: World, found: Disruption) -> None:
    find_disruptions(now=NOW + 3 * DAY)
    shown = text(browser(world.alice).get(f"/disruptions/{found.public_id}/"))
    assert "Passed on to others." in shown
    history = text(browser(world.alice).get(f"/bookings/{found.booking.public_id}/"))
    assert "passed it on to others" in history
