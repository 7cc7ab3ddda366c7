"""Changing, cancelling, checking in, finishing, walking up, and what time does by itself."""

from datetime import timedelta

import pytest

from bookings import services
from bookings.errors import Refused
from bookings.facts import contiguous_until
from bookings.models import Booking
from equipment.models import Lockout, Machine
from members.models import AccessEpoch, Change
from notices.models import Outbox
from tests.bookings.people import AT_14, HOUR, MINUTE, a_booking
from tests.people import NOW, World, a_machine, a_tool_class

State = Booking.State


def codes(error: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in error.value.reasons]


def epoch() -> int:
    return AccessEpoch.objects.get(pk=1).number


def history(booking: Booking) -> list[str]:
    rows = Change.objects.filter(subject_kind="bookings.Booking", subject_id=booking.pk)
    return list(rows.values_list("verb", flat=True))


def notices() -> list[str]:
    return list(Outbox.objects.order_by("pk").values_list("kind", flat=True))


def awaited(world: World, minutes: int = 15) -> Machine:
    """The router with an interlock, where nobody coming counts as a no-show."""
    world.tool_class.no_show_minutes = minutes
    world.tool_class.save()
    Machine.objects.filter(pk=world.router.pk).update(has_interlock=True)
    world.router.has_interlock = True
    world.router.tool_class = world.tool_class
    return world.router


# --- move and extend -----------------------------------------------------------------------------


def test_a_move_is_a_new_version_and_is_told(world: World) -> None:
    booking, before = a_booking(world), epoch()
    moved = services.move(
        booking=booking,
        starts=AT_14 + 2 * HOUR,
        ends=AT_14 + 4 * HOUR,
        machine=world.mill,
        by=world.alice,
        now=NOW + MINUTE,
    )
    assert (moved.pk, moved.machine, moved.starts) == (booking.pk, world.mill, AT_14 + 2 * HOUR)
    assert (moved.sequence, moved.updated_at) == (1, NOW + MINUTE)
    assert history(moved) == ["book", "move"]
    assert notices() == ["booking-confirmed", "booking-changed"]
    assert epoch() == before + 1


def test_a_booking_may_move_over_itself(world: World) -> None:
    world.tool_class.most_future = 1
    world.tool_class.save()
    booking = a_booking(world)
    later = AT_14 + HOUR / 2
    moved = services.move(booking=booking, starts=later, ends=later + HOUR, by=world.alice, now=NOW)
    assert moved.starts == later


def test_only_machines_of_the_same_kind_are_exchanged(world: World) -> None:
    saw = a_machine("Table saw", a_tool_class("Wood"), world.space)
    with pytest.raises(Refused) as refused:
        services.move(
            booking=a_booking(world),
            starts=AT_14,
            ends=AT_14 + HOUR,
            machine=saw,
            by=world.alice,
            now=NOW,
        )
    assert codes(refused) == ["other-kind"]


def test_a_running_booking_goes_on_while_the_gap_allows(world: World) -> None:
    booking = a_booking(world)
    a_booking(world, starts=AT_14 + 2 * HOUR)
    running = services.check_in(booking=booking, by=world.alice, now=AT_14)
    late = AT_14 + 50 * MINUTE
    longer = services.extend(booking=running, ends=AT_14 + 2 * HOUR, by=world.alice, now=late)
    assert (longer.ends, longer.state) == (AT_14 + 2 * HOUR, State.RUNNING)
    with pytest.raises(Refused) as refused:
        services.extend(booking=longer, ends=AT_14 + 3 * HOUR, by=world.alice, now=late)
    assert codes(refused) == ["taken"]
    with pytest.raises(Refused) as refused:
        services.extend(booking=longer, ends=AT_14 + HOUR, by=world.alice, now=late)
    assert codes(refused) == ["not-longer"]


def test_a_booking_that_moved_meanwhile_is_not_changed_blindly(world: World) -> None:
    seen = a_booking(world)
    services.move(
        booking=seen,
        starts=AT_14,
        ends=AT_14 + HOUR,
        machine=world.mill,
        by=world.dana,
        now=NOW,
    )
    with pytest.raises(Refused) as refused:
        services.extend(booking=seen, ends=AT_14 + 2 * HOUR, by=world.alice, now=NOW)
    assert codes(refused) == ["changed-meanwhile"]


# --- cancel --------------------------------------------------------------------------------------


def test_a_cancelled_time_is_free_at_once(world: World) -> None:
    booking, before = a_booking(world), epoch()
    cancelled = services.cancel(booking=booking, by=world.alice, now=NOW)
    assert (cancelled.state, cancelled.holds, cancelled.sequence) == (State.CANCELLED, False, 1)
    assert epoch() == before + 1
    a_booking(world)
    services.cancel(booking=booking, by=world.alice, now=NOW)  # twice is once
    assert history(booking) == ["book", "cancel"]


def test_staff_who_cancel_are_named_to_the_member(world: World) -> None:
    services.cancel(booking=a_booking(world), by=world.dana, now=NOW, why="Torn belt")
    notice = Outbox.objects.get(kind="booking-cancelled")
    assert notice.to == world.alice
    assert (notice.context["by"], notice.context["why"]) == ("Dana Osei", "Torn belt")


@pytest.mark.parametrize("act", ["cancel", "move"])
def test_a_running_booking_is_finished_instead(world: World, act: str) -> None:
    booking = services.check_in(booking=a_booking(world), by=world.alice, now=AT_14)
    with pytest.raises(Refused) as refused:
        if act == "cancel":
            services.cancel(booking=booking, by=world.alice, now=AT_14)
        else:
            services.move(
                booking=booking, starts=AT_14, ends=AT_14 + HOUR, by=world.alice, now=AT_14
            )
    assert codes(refused) == ["booking-running"]


@pytest.mark.parametrize("act", [services.cancel, services.check_in, services.finish])
def test_what_is_over_is_over(world: World, act: object) -> None:
    booking = a_booking(world)
    with pytest.raises(Refused) as refused:
        act(booking=booking, by=world.alice, now=booking.ends)  # type: ignore[operator]
    assert codes(refused) == ["booking-over"]


# --- check in and finish -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (AT_14 - 11 * MINUTE, ["check-in-too-early"]),
        (AT_14 - 10 * MINUTE, []),
        (AT_14 + 59 * MINUTE, []),
        (AT_14 + HOUR, ["booking-over"]),
    ],
)
def test_one_checks_in_from_a_little_before(world: World, now: object, expected: list[str]) -> None:
    booking = a_booking(world)
    try:
        checked_in = services.check_in(booking=booking, by=world.alice, now=now)  # type: ignore[arg-type]
    except Refused as refused:
        assert [reason.code for reason in refused.reasons] == expected
    else:
        assert expected == []
        assert (checked_in.state, checked_in.checked_in_at) == (State.RUNNING, now)


def test_an_early_start_waits_for_whoever_is_there(world: World) -> None:
    a_booking(world, starts=AT_14 - 15 * MINUTE, hours=0.5)
    booking = a_booking(world, starts=AT_14 + 15 * MINUTE)
    with pytest.raises(Refused) as refused:
        services.check_in(booking=booking, by=world.alice, now=AT_14 + 10 * MINUTE)
    assert codes(refused) == ["check-in-too-early"]
    assert refused.value.reasons[0].params["opens"] == booking.starts


def test_checking_in_asks_the_judge_again(world: World) -> None:
    booking = a_booking(world)
    Lockout.objects.create(machine=world.router, why="belt", since=NOW)
    with pytest.raises(Refused) as refused:
        services.check_in(booking=booking, by=world.alice, now=AT_14)
    assert codes(refused) == ["locked-out"]


def test_a_machine_with_an_interlock_is_tapped(world: World) -> None:
    booking = a_booking(world, machine=awaited(world))
    with pytest.raises(Refused) as refused:
        services.check_in(booking=booking, by=world.alice, now=AT_14)
    assert codes(refused) == ["tap-instead"]
    tapped = services.check_in(booking=booking, by=world.alice, now=AT_14, tap=True)
    assert tapped.checked_in_by_tap
    again = services.check_in(booking=booking, by=world.alice, now=AT_14 + MINUTE, tap=True)
    assert again.checked_in_at == AT_14


def test_finishing_early_frees_the_rest_but_for_the_buffer(world: World) -> None:
    world.tool_class.buffer_minutes = 15
    world.tool_class.save()
    world.router.tool_class.refresh_from_db()
    booking = services.check_in(booking=a_booking(world), by=world.alice, now=AT_14)
    before, half_past = epoch(), AT_14 + HOUR / 2
    done = services.finish(booking=booking, by=world.alice, now=half_past)
    assert (done.state, done.ends, done.holds) == (State.DONE, half_past, True)
    assert done.blocked_until == half_past + 15 * MINUTE
    assert epoch() == before + 1
    with pytest.raises(Refused):
        a_booking(world, starts=half_past, now=half_past)
    a_booking(world, starts=done.blocked_until, now=half_past)


def test_finishing_before_the_start_gives_all_back(world: World) -> None:
    early = AT_14 - 5 * MINUTE
    booking = services.check_in(booking=a_booking(world), by=world.alice, now=early)
    done = services.finish(booking=booking, by=world.alice, now=early + MINUTE)
    assert (done.state, done.holds) == (State.DONE, False)


def test_who_is_cut_short_by_staff_is_told(world: World) -> None:
    booking = services.check_in(booking=a_booking(world), by=world.alice, now=AT_14)
    services.finish(booking=booking, by=world.dana, now=AT_14 + HOUR / 2)
    notice = Outbox.objects.get(kind="booking-changed")
    assert (notice.to_id, notice.context["by"]) == (world.alice.pk, "Dana Osei")
    own = services.check_in(
        booking=a_booking(world, starts=AT_14 + HOUR), by=world.alice, now=AT_14 + HOUR
    )
    services.finish(booking=own, by=world.alice, now=AT_14 + HOUR * 1.5)
    assert notices().count("booking-changed") == 1


def test_what_has_not_begun_is_cancelled_not_finished(world: World) -> None:
    with pytest.raises(Refused) as refused:
        services.finish(booking=a_booking(world), by=world.alice, now=NOW)
    assert codes(refused) == ["not-begun"]


# --- walking up ----------------------------------------------------------------------------------


def test_a_walk_up_runs_until_the_next_booking_less_its_buffer(world: World) -> None:
    world.tool_class.buffer_minutes = 5
    world.tool_class.save()
    world.router.tool_class.refresh_from_db()
    a_booking(world)
    booking = services.walk_up(member=world.alice, machine=world.router, by=world.alice, now=NOW)
    assert (booking.state, booking.origin) == (State.RUNNING, Booking.Origin.WALK_UP)
    assert (booking.starts, booking.ends) == (NOW, AT_14 - 5 * MINUTE)
    assert history(booking) == ["book", "check_in"]
    assert notices() == ["booking-confirmed"]  # of the one booked: nobody is mailed at the machine


def test_a_walk_up_lasts_as_long_as_its_class_says(world: World) -> None:
    booking = services.walk_up(member=world.alice, machine=world.router, by=world.alice, now=NOW)
    assert booking.ends == NOW + HOUR


def test_a_walk_up_needs_no_quota(world: World) -> None:
    world.tool_class.most_future = 1
    world.tool_class.save()
    a_booking(world, machine=world.mill)
    services.walk_up(member=world.alice, machine=world.router, by=world.alice, now=NOW)


@pytest.mark.parametrize(
    ("who", "now", "expected"),
    [
        ("alice", AT_14 - 10 * MINUTE, ["needed-soon"]),
        ("alice", AT_14 + MINUTE, ["taken-now"]),
        ("charlie", NOW, ["not-certified"]),
        ("bob", AT_14, ["certification-ended", "taken-now"]),
    ],
)
def test_a_walk_up_is_refused_with_every_reason(
    world: World, who: str, now: object, expected: list[str]
) -> None:
    a_booking(world)
    member = getattr(world, who)
    with pytest.raises(Refused) as refused:
        services.walk_up(member=member, machine=world.router, by=member, now=now)  # type: ignore[arg-type]
    assert codes(refused) == expected


def test_not_every_class_is_for_walk_up(world: World) -> None:
    world.router.tool_class.walk_up = False
    with pytest.raises(Refused) as refused:
        services.walk_up(member=world.alice, machine=world.router, by=world.alice, now=NOW)
    assert codes(refused) == ["no-walk-up"]


def test_an_interlock_is_started_by_its_reader(world: World) -> None:
    router = awaited(world)
    with pytest.raises(Refused) as refused:
        services.walk_up(member=world.alice, machine=router, by=world.alice, now=NOW)
    assert codes(refused) == ["tap-instead"]
    booking = services.walk_up(
        member=world.alice, machine=router, by=world.alice, now=NOW, tap=True
    )
    assert booking.checked_in_by_tap


# --- what time does ------------------------------------------------------------------------------


def test_nobody_came_and_the_time_goes_to_the_next(world: World) -> None:
    missed = a_booking(world, machine=awaited(world))
    assert missed.lapses_at == AT_14 + 15 * MINUTE
    taker = a_booking(
        world, machine=world.router, starts=AT_14 + 15 * MINUTE, now=AT_14 + 15 * MINUTE
    )
    missed.refresh_from_db()
    assert (missed.state, missed.holds) == (State.NO_SHOW, False)
    assert missed.ended_at == missed.lapses_at
    assert history(missed) == ["book", "lapse"]
    assert taker.holds
    assert notices() == ["booking-confirmed", "booking-missed", "booking-confirmed"]


def test_a_refused_booking_releases_nothing(world: World) -> None:
    missed = a_booking(world, machine=awaited(world))
    late = AT_14 + 20 * MINUTE
    with pytest.raises(Refused):
        a_booking(world, member=world.charlie, machine=world.router, starts=AT_14 + HOUR, now=late)
    missed.refresh_from_db()
    assert missed.state == State.CONFIRMED


def test_who_checked_in_or_has_no_interlock_is_never_missed(world: World) -> None:
    declared = a_booking(world, machine=world.mill)
    came = services.check_in(
        booking=a_booking(world, machine=awaited(world)), by=None, now=AT_14, tap=True
    )
    assert declared.lapses_at is came.lapses_at is None
    assert services.lapse_stale(now=AT_14 + 30 * MINUTE) == 0


@pytest.mark.parametrize("act", [services.check_in, services.cancel])
def test_a_missed_booking_cannot_be_taken_up_again(world: World, act: object) -> None:
    missed = a_booking(world, machine=awaited(world))
    tap = {"tap": True} if act is services.check_in else {}
    with pytest.raises(Refused) as refused:
        act(booking=missed, by=world.alice, now=missed.lapses_at, **tap)  # type: ignore[operator]
    assert codes(refused) == ["booking-missed"]


def test_the_worker_lapses_what_nobody_asked_for(world: World) -> None:
    awaited(world)
    missed = a_booking(world, machine=world.router)
    offered = a_booking(world, machine=world.mill)
    Booking.objects.filter(pk=offered.pk).update(state=State.OFFERED, lapses_at=AT_14)
    assert services.lapse_stale(now=AT_14 + 15 * MINUTE) == 2
    assert services.lapse_stale(now=AT_14 + 15 * MINUTE) == 0
    missed.refresh_from_db(), offered.refresh_from_db()
    assert (missed.state, offered.state) == (State.NO_SHOW, State.LAPSED)


def test_what_is_over_is_closed_once_its_buffer_is(world: World) -> None:
    booking = a_booking(world)
    Booking.objects.update(blocked_until=booking.ends + 15 * MINUTE)
    assert services.close_over(now=booking.ends) == 0
    assert services.close_over(now=booking.ends + 15 * MINUTE) == 1
    booking.refresh_from_db()
    assert (booking.state, booking.holds, booking.ended_at) == (State.DONE, False, booking.ends)


def test_back_to_back_bookings_are_one_grant(world: World) -> None:
    for hours in (0, 1, 3):
        a_booking(world, starts=AT_14 + hours * HOUR)
    a_booking(world, machine=world.mill, starts=AT_14 + 2 * HOUR)
    ask = {"member_id": world.alice.pk, "machine_id": world.router.pk}
    assert contiguous_until(**ask, at=AT_14 + MINUTE) == AT_14 + 2 * HOUR
    assert contiguous_until(**ask, at=AT_14 + timedelta(hours=2.5)) is None
    assert contiguous_until(member_id=world.bob.pk, machine_id=world.router.pk, at=AT_14) is None


def test_a_booking_is_not_closed_while_its_overrun_lasts(world: World) -> None:
    world.tool_class.overrun_minutes = 20
    world.tool_class.save()
    booking = a_booking(world)
    assert services.close_over(now=booking.ends + 19 * MINUTE) == 0
    assert services.close_over(now=booking.ends + 20 * MINUTE) == 1


# --- requests and check-in by page ---------------------------------------------------------------


def test_a_request_nobody_answers_lapses_at_its_start_and_is_not_missed(world: World) -> None:
    booking = a_booking(world)
    booking.state, booking.lapses_at = State.REQUESTED, booking.starts
    booking.save()
    assert services.lapse_stale(now=AT_14) == 1
    booking.refresh_from_db()
    assert (booking.state, booking.holds) == (State.LAPSED, False)
    assert notices()[-1] == "request-lapsed"


@pytest.mark.parametrize(("releases", "lapses"), [(True, AT_14 + 15 * MINUTE), (False, None)])
def test_without_an_interlock_a_space_may_ask_for_check_in_by_page(
    world: World, releases: bool, lapses: object
) -> None:
    world.tool_class.no_show_minutes = 15
    world.tool_class.save()
    world.router.releases_no_shows = releases
    world.router.tool_class = world.tool_class
    world.router.save()
    assert a_booking(world, machine=world.router).lapses_at == lapses
