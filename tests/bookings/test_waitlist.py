"""The waitlist: who is offered what, when, and what becomes of an offer."""

import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings import services
from bookings.errors import Refused
from bookings.models import Booking, Wait
from bookings.services import waitlist
from bookings.services.offering import offer_everywhere
from equipment.models import Lockout
from members.models import Hold, Member
from notices.models import Outbox
from tests.bookings.people import AT_14, HOUR, MINUTE, a_booking
from tests.bookings.waiting import a_wish, offer_of, stuck_offers, the_worker
from tests.people import NOW, World, a_certification, a_member

State = Booking.State
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def nothing_hangs(db: None) -> Iterator[None]:
    """Whatever a test did, no offer and no wish is left without its other half."""
    yield
    assert stuck_offers(NOW) == []


@pytest.fixture
def then(django_capture_on_commit_callbacks: Callable[..., Any]) -> Callable[[], Any]:
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def erin(world: World) -> Member:
    """As good as Alice, and later."""
    return certified(world, "Erin Blake")


def certified(world: World, name: str) -> Member:
    member = a_member(name, plan=world.plan, space=world.space)
    a_certification(member, world.certification)
    return member


def codes(error: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in error.value.reasons]


def states(*wishes: Wait) -> list[str]:
    return [Wait.objects.get(pk=wish.pk).state for wish in wishes]


def offer_to(wish: Wait) -> Booking:
    offer = offer_of(wish)
    assert offer is not None
    return offer


# --- freed time ----------------------------------------------------------------------------------


def test_a_cancelled_time_is_offered_to_who_waits(
    world: World, erin: Member, then: Callable[[], Any]
) -> None:
    booking, wish = a_booking(world), a_wish(world, erin)
    with then():
        services.cancel(booking=booking, by=world.alice, now=NOW + MINUTE)
    offer = offer_to(wish)
    assert (offer.member, offer.machine, offer.starts) == (erin, world.router, AT_14)
    assert offer.lapses_at == AT_14  # an hour would reach into the slot
    assert states(wish) == ["offered"]
    assert Outbox.objects.filter(to=erin, kind="slot-offered").count() == 1


def test_finishing_early_and_moving_away_free_time_too(
    world: World, erin: Member, then: Callable[[], Any]
) -> None:
    booking = a_booking(world, hours=4)
    rest = a_wish(world, erin, starts=AT_14 + 2 * HOUR)
    running = services.check_in(booking=booking, by=world.alice, now=AT_14)
    with then():
        services.finish(booking=running, by=world.alice, now=AT_14 + HOUR)
    assert offer_to(rest).starts == AT_14 + 2 * HOUR

    moving = a_booking(world, starts=AT_14 + DAY)
    other = a_wish(world, erin, starts=AT_14 + DAY)
    with then():
        services.move(
            booking=moving,
            starts=AT_14 + DAY + 3 * HOUR,
            ends=AT_14 + DAY + 4 * HOUR,
            by=world.alice,
            now=NOW,
        )
    assert offer_to(other).starts == AT_14 + DAY


def test_what_nobody_came_for_is_offered_by_the_worker(world: World, erin: Member) -> None:
    world.tool_class.no_show_minutes = 15
    world.tool_class.save()
    world.router.releases_no_shows = True
    world.router.tool_class = world.tool_class
    world.router.save()
    a_booking(world, hours=4)
    wish = a_wish(world, erin, ends=AT_14 + 4 * HOUR)
    the_worker(AT_14 + 15 * MINUTE)
    assert offer_to(wish).starts == AT_14 + 30 * MINUTE  # the next start with time to answer


def test_what_a_lockout_kept_back_is_offered_when_it_is_cleared(world: World, erin: Member) -> None:
    lockout = Lockout.objects.create(machine=world.router, why="broken", since=NOW)
    wish = a_wish(world, erin)
    the_worker(NOW)
    assert offer_of(wish) is None
    lockout.cleared_at = NOW
    lockout.save()
    the_worker(NOW + MINUTE)
    assert offer_of(wish) is not None


def test_what_is_free_already_is_offered_at_once(
    world: World, erin: Member, then: Callable[[], Any]
) -> None:
    a_booking(world)
    with then():
        wish = a_wish(world, erin, machine=None)
    assert offer_to(wish).machine == world.mill


def test_a_worker_that_died_in_between_leaves_nothing_behind(world: World, erin: Member) -> None:
    """Nothing follows the commit here; the next minute finds it all the same."""
    booking, wish = a_booking(world), a_wish(world, erin)
    services.cancel(booking=booking, by=world.alice, now=NOW)
    assert offer_of(wish) is None
    the_worker(NOW + MINUTE)
    assert offer_of(wish) is not None


def test_time_freed_too_late_is_not_offered(
    world: World, erin: Member, then: Callable[[], Any]
) -> None:
    """Four minutes before its start nobody could answer any more."""
    booking, wish = a_booking(world), a_wish(world, erin)
    with then():
        services.cancel(booking=booking, by=world.alice, now=AT_14 - 4 * MINUTE)
    assert offer_of(wish) is None


def test_an_offer_is_kept_as_long_as_the_kind_says_and_never_into_its_notice(
    world: World, erin: Member, then: Callable[[], Any]
) -> None:
    world.tool_class.offer_minutes, world.tool_class.notice_minutes = 30, 60
    world.tool_class.save()
    with then():
        far = a_wish(world, erin, starts=AT_14 + 5 * HOUR)
        near = a_wish(world, erin, starts=AT_14 + HOUR, machine=world.mill)
    assert offer_to(far).lapses_at == NOW + 30 * MINUTE
    assert offer_to(near).lapses_at == NOW + 30 * MINUTE
    the_worker(NOW + 29 * MINUTE)
    assert states(far, near) == ["offered", "offered"]


# --- where in the window -------------------------------------------------------------------------


def test_the_earliest_start_that_fits_in_the_gap_is_offered(
    world: World, erin: Member, then: Callable[[], Any]
) -> None:
    blocking = a_booking(world, hours=4)
    a_booking(world, starts=AT_14 + 4 * HOUR)
    wish = a_wish(world, erin, ends=AT_14 + 6 * HOUR, minutes=120)
    with then():
        services.cancel(booking=blocking, by=world.alice, now=NOW)
    assert (offer_to(wish).starts, offer_to(wish).ends) == (AT_14, AT_14 + 2 * HOUR)


def test_any_machine_of_the_kind_will_do(
    world: World, erin: Member, then: Callable[[], Any]
) -> None:
    bookings = [a_booking(world), a_booking(world, machine=world.mill)]
    wish = a_wish(world, erin, machine=None)
    with then():
        services.cancel(booking=bookings[1], by=world.alice, now=NOW)
    assert offer_to(wish).machine == world.mill


def test_a_window_that_is_over_has_passed(world: World, erin: Member) -> None:
    a_booking(world)
    wish = a_wish(world, erin)
    the_worker(AT_14 + HOUR)
    assert states(wish) == ["passed"]


# --- whose turn it is ----------------------------------------------------------------------------


def test_who_asked_first_is_first(world: World, erin: Member, then: Callable[[], Any]) -> None:
    frank = certified(world, "Frank Ito")
    booking = a_booking(world)
    second = a_wish(world, frank, now=NOW + MINUTE)
    first = a_wish(world, erin, now=NOW)
    with then():
        services.cancel(booking=booking, by=world.alice, now=NOW + 2 * MINUTE)
    assert states(first, second) == ["offered", "waiting"]


def test_with_a_fair_share_who_used_the_kind_least_is_first(
    world: World, erin: Member, then: Callable[[], Any]
) -> None:
    world.tool_class.fair_share = True
    world.tool_class.save()
    frank = certified(world, "Frank Ito")
    used(world, erin, NOW - 2 * DAY)
    booking = a_booking(world)
    earlier, thriftier = a_wish(world, erin), a_wish(world, frank, now=NOW + MINUTE)
    with then():
        services.cancel(booking=booking, by=world.alice, now=NOW + 2 * MINUTE)
    assert states(earlier, thriftier) == ["waiting", "offered"]


def used(world: World, member: Member, starts: datetime) -> None:
    Booking.objects.create(
        member=member,
        machine=world.mill,
        starts=starts,
        ends=starts + HOUR,
        blocked_until=starts + HOUR,
        state=State.DONE,
        holds=False,
        created_at=starts,
        updated_at=starts,
    )


def test_the_rules_skip_who_may_not_book(
    world: World, erin: Member, then: Callable[[], Any]
) -> None:
    """Banned since, or with a full quota: the next one is asked, and the first still waits."""
    frank, grace = certified(world, "Frank Ito"), certified(world, "Grace Okoye")
    booking = a_booking(world)
    banned, full, next_one = (a_wish(world, who) for who in (erin, frank, grace))
    Hold.objects.create(member=erin, reason="Banned", remedy="Talk to staff.", since=NOW)
    world.tool_class.most_future = 1
    world.tool_class.save()
    a_booking(world, member=frank, starts=AT_14 + DAY)
    with then():
        services.cancel(booking=booking, by=world.alice, now=NOW)
    assert states(banned, full, next_one) == ["waiting", "waiting", "offered"]


def test_a_wish_has_one_offer_at_a_time_and_a_slot_goes_to_one(
    world: World, erin: Member, then: Callable[[], Any]
) -> None:
    frank = certified(world, "Frank Ito")
    bookings = [a_booking(world), a_booking(world, machine=world.mill)]
    wishes = [a_wish(world, who, machine=None) for who in (erin, frank)]
    with then():
        services.cancel(booking=bookings[0], by=world.alice, now=NOW)
        services.cancel(booking=bookings[1], by=world.alice, now=NOW)
    offers = [offer_to(wish) for wish in wishes]
    assert {offer.machine for offer in offers} == {world.router, world.mill}
    the_worker(NOW + MINUTE)
    assert Booking.objects.filter(state=State.OFFERED).count() == 2


# --- taking it -----------------------------------------------------------------------------------


@pytest.fixture
def offered(world: World, erin: Member, then: Callable[[], Any]) -> Booking:
    """Erin's: the router tomorrow at 14:00, kept for an hour."""
    with then():
        wish = a_wish(world, erin, starts=AT_14 + DAY)
    return offer_to(wish)


def test_what_is_taken_is_a_booking_and_serves_the_wish(
    offered: Booking, erin: Member, then: Callable[[], Any]
) -> None:
    with then():
        booking = waitlist.accept(offer=offered, by=erin, now=NOW + MINUTE)
    assert (booking.pk, booking.state, booking.lapses_at) == (offered.pk, State.CONFIRMED, None)
    assert states(booking.wait) == ["served"]
    assert Outbox.objects.filter(to=erin, kind="booking-confirmed").count() == 1
    assert waitlist.accept(offer=offered, by=erin, now=NOW + MINUTE).sequence == booking.sequence


def test_a_long_one_waits_for_the_consent_of_staff(
    world: World, offered: Booking, erin: Member
) -> None:
    world.tool_class.approval_above_minutes = 30
    world.tool_class.save()
    booking = waitlist.accept(offer=offered, by=erin, now=NOW)
    assert (booking.state, booking.lapses_at) == (State.REQUESTED, booking.starts)


def test_who_was_banned_meanwhile_cannot_take_it_and_it_is_kept_until_it_lapses(
    offered: Booking, erin: Member
) -> None:
    Hold.objects.create(member=erin, reason="Banned", remedy="Talk to staff.", since=NOW)
    with pytest.raises(Refused) as refused:
        waitlist.accept(offer=offered, by=erin, now=NOW + MINUTE)
    assert codes(refused) == ["on-hold"]
    assert offer_of(offered.wait) == offered


def test_an_offer_that_has_lapsed_is_gone_whether_or_not_the_worker_saw_it(
    offered: Booking, erin: Member
) -> None:
    with pytest.raises(Refused) as refused:
        waitlist.accept(offer=offered, by=erin, now=NOW + HOUR)
    assert codes(refused) == ["offer-lapsed"]


def test_others_may_book_what_lapsed_before_the_worker_saw_it(
    world: World, offered: Booking
) -> None:
    booked = a_booking(world, starts=AT_14 + DAY, now=NOW + HOUR)
    assert booked.state == State.CONFIRMED
    assert states(offered.wait) == ["waiting"]


def test_an_offer_keeps_others_off_until_then(world: World, offered: Booking) -> None:
    with pytest.raises(Refused) as refused:
        a_booking(world, starts=AT_14 + DAY, now=NOW + 59 * MINUTE)
    assert codes(refused) == ["taken"]


def test_an_offer_is_answered_before_anything_else_is_done_with_it(
    world: World, offered: Booking, erin: Member
) -> None:
    later = {"starts": AT_14 + DAY + HOUR, "ends": AT_14 + DAY + 2 * HOUR}
    attempts: list[Callable[[], Booking]] = [
        lambda: services.move(booking=offered, by=erin, now=NOW, **later),
        lambda: services.extend(booking=offered, ends=later["ends"], by=erin, now=NOW),
        lambda: services.check_in(booking=offered, by=erin, now=NOW, tap=True),
        lambda: services.finish(booking=offered, by=erin, now=NOW),
    ]
    for attempt in attempts:
        with pytest.raises(Refused) as refused:
            attempt()
        assert codes(refused) == ["offer-open"]


def test_what_is_no_offer_cannot_be_taken_nor_declined(world: World) -> None:
    cancelled = services.cancel(booking=a_booking(world), by=world.alice, now=NOW)
    with pytest.raises(Refused) as refused:
        waitlist.accept(offer=cancelled, by=world.alice, now=NOW)
    assert codes(refused) == ["booking-over"]
    with pytest.raises(Refused) as refused:
        waitlist.decline(offer=a_booking(world), by=world.alice, now=NOW)
    assert codes(refused) == ["not-offered"]


# --- leaving it ----------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["decline", "cancel"])
def test_what_is_declined_goes_to_the_next_and_the_wish_gets_other_time(
    way: str, world: World, offered: Booking, erin: Member, then: Callable[[], Any]
) -> None:
    frank = certified(world, "Frank Ito")
    with then():
        next_one = a_wish(world, frank, starts=AT_14 + DAY)
    with then():
        if way == "decline":
            waitlist.decline(offer=offered, by=erin, now=NOW + MINUTE)
        else:
            services.cancel(booking=offered, by=erin, now=NOW + MINUTE)
    assert offer_to(next_one).starts == AT_14 + DAY
    assert states(offered.wait) == ["waiting"]
    the_worker(NOW + 2 * MINUTE)
    assert states(offered.wait, next_one) == ["waiting", "offered"]


def test_time_once_declined_is_not_offered_to_that_wish_again(
    world: World, erin: Member, then: Callable[[], Any]
) -> None:
    with then():
        wish = a_wish(world, erin, ends=AT_14 + 3 * HOUR, minutes=60)
    with then():
        waitlist.decline(offer=offer_to(wish), by=erin, now=NOW + MINUTE)
    assert offer_to(wish).starts == AT_14 + HOUR
    with then():
        waitlist.decline(offer=offer_to(wish), by=erin, now=NOW + 2 * MINUTE)
        waitlist.decline(offer=wish.offers.latest("pk"), by=erin, now=NOW + 2 * MINUTE)
    with then():
        waitlist.decline(offer=offer_to(wish), by=erin, now=NOW + 3 * MINUTE)
    the_worker(NOW + 4 * MINUTE)
    assert offer_of(wish) is None


def test_what_lapses_goes_to_the_next(world: World, offered: Booking) -> None:
    next_one = a_wish(world, certified(world, "Frank Ito"), starts=AT_14 + DAY)
    the_worker(NOW + HOUR)
    assert offer_to(next_one).starts == AT_14 + DAY
    assert states(offered.wait) == ["waiting"]
    assert stuck_offers(NOW + HOUR, settled=True) == []


def test_who_let_an_offer_lapse_stands_behind_the_others(
    world: World, offered: Booking, erin: Member
) -> None:
    """Erin's silence costs her the place at the head, and not the wish."""
    wish = offered.wait
    Wait.objects.filter(pk=wish.pk).update(ends=AT_14 + DAY + 3 * HOUR)
    next_one = a_wish(
        world, certified(world, "Frank Ito"), starts=AT_14 + DAY + HOUR, ends=AT_14 + DAY + 2 * HOUR
    )
    the_worker(NOW + HOUR)
    assert offer_to(next_one).starts == AT_14 + DAY + HOUR
    assert offer_to(wish).starts == AT_14 + DAY + 2 * HOUR


def test_withdrawing_gives_the_offer_to_the_next(
    world: World, offered: Booking, erin: Member, then: Callable[[], Any]
) -> None:
    with then():
        next_one = a_wish(world, certified(world, "Frank Ito"), starts=AT_14 + DAY)
    with then():
        waitlist.withdraw(wish=offered.wait, by=erin, now=NOW + MINUTE)
        waitlist.withdraw(wish=offered.wait, by=erin, now=NOW + MINUTE)
    assert states(offered.wait, next_one) == ["withdrawn", "offered"]


def test_a_wish_that_is_served_stays_served(offered: Booking, erin: Member) -> None:
    waitlist.accept(offer=offered, by=erin, now=NOW)
    waitlist.withdraw(wish=offered.wait, by=erin, now=NOW)
    assert states(offered.wait) == ["served"]


# --- asking --------------------------------------------------------------------------------------

REFUSED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "a window that is over": ({"starts": AT_14 - 3 * HOUR}, ["in-the-past"]),
    "a window shorter than the length": ({"minutes": 90}, ["window-too-short"]),
    "ends before it starts": ({"ends": AT_14 - HOUR}, ["window-too-short"]),
    "no length": ({"minutes": 0}, ["window-too-short"]),
    "two months and more": ({"ends": AT_14 + 63 * DAY}, ["window-too-long"]),
    "beyond the horizon": ({"starts": AT_14 + 40 * DAY}, ["too-far-ahead"]),
    "longer than any booking": (
        {"ends": AT_14 + 9 * HOUR, "minutes": 500},
        ["uneven-length", "too-long"],
    ),
    "shorter than any booking": ({"minutes": 15}, ["too-short"]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_nobody_waits_in_vain(name: str, world: World, erin: Member) -> None:
    asked, expected = REFUSED[name]
    with pytest.raises(Refused) as refused:
        a_wish(world, erin, **asked)
    assert codes(refused) == expected
    assert not Wait.objects.exists()


def test_who_may_not_use_it_is_told_so_and_does_not_wait(world: World) -> None:
    for member, code in ((world.bob, "certification-ended"), (world.charlie, "not-certified")):
        with pytest.raises(Refused) as refused:
            a_wish(world, member)
        assert codes(refused) == [code]


def test_a_kind_without_machines_is_nothing_to_wait_for(world: World, erin: Member) -> None:
    world.tool_class.machines.update(retired_at=NOW)
    with pytest.raises(Refused) as refused:
        a_wish(world, erin, machine=None)
    assert codes(refused) == ["nothing-to-wait-for"]


def test_one_waits_for_so_many_things_and_no_more(world: World, erin: Member) -> None:
    for hours in range(waitlist.MOST_WISHES):
        a_wish(world, erin, starts=AT_14 + hours * HOUR)
    with pytest.raises(Refused) as refused:
        a_wish(world, erin, starts=AT_14 + DAY)
    assert codes(refused) == ["most-wishes"]


def test_asking_twice_is_asking_once(world: World, erin: Member) -> None:
    key = uuid.uuid4()
    first = a_wish(world, erin, key=key)
    assert a_wish(world, erin, key=key) == first
    assert a_wish(world, erin) == first
    waitlist.withdraw(wish=first, by=erin, now=NOW)
    assert a_wish(world, erin, key=key) == first
    assert a_wish(world, erin) != first


def test_a_walk_up_ends_where_an_offer_begins(
    world: World, erin: Member, then: Callable[[], Any]
) -> None:
    with then():
        a_wish(world, erin)
    started = services.walk_up(member=world.alice, machine=world.router, by=world.alice, now=NOW)
    assert started.ends == AT_14


# --- cost ----------------------------------------------------------------------------------------


def test_a_queue_that_cannot_be_served_costs_no_statement_for_each_wish(
    world: World, erin: Member
) -> None:
    """Kinds waited for, by name; machines; wishes, their offers; and once what is free."""
    a_booking(world)
    for minutes in range(5):
        a_wish(
            world,
            erin,
            ends=AT_14 + HOUR,
            now=NOW + minutes * MINUTE,
            minutes=30 + 15 * (minutes % 3),
        )
    with CaptureQueriesContext(connection) as captured:
        assert offer_everywhere(now=NOW) == 0
    assert len(captured) == 6
