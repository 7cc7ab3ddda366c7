"""Booking services: what they write, what they refuse, and that they are cheap."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings import services
from bookings.errors import Refused
from bookings.models import Booking
from members.models import Change
from notices.models import Outbox
from tests.bookings.people import AT_14, HOUR, MINUTE, a_booking
from tests.people import World

State = Booking.State


def codes(error: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in error.value.reasons]


def history(booking: Booking) -> list[str]:
    rows = Change.objects.filter(subject_kind="bookings.Booking", subject_id=booking.pk)
    return list(rows.values_list("verb", flat=True))


# --- book --------------------------------------------------------------------------------------


def test_a_certified_member_books_a_free_machine(world: World) -> None:
    booking = a_booking(world, note="panel")
    assert (booking.state, booking.holds, booking.note) == (State.CONFIRMED, True, "panel")
    assert booking.blocked_until == booking.ends == AT_14 + HOUR
    assert history(booking) == ["book"]
    assert Outbox.objects.get().kind == "booking-confirmed"


def test_every_reason_is_told_at_once(world: World) -> None:
    with pytest.raises(Refused) as refused:
        a_booking(world, member=world.bob, starts=AT_14 + 7 * MINUTE, hours=9.1)
    assert codes(refused) == ["certification-ended", "off-step", "uneven-length", "too-long"]
    assert not Booking.objects.exists()


def test_a_taken_time_names_the_next_gap(world: World) -> None:
    a_booking(world)
    with pytest.raises(Refused) as refused:
        a_booking(world, member=world.alice, starts=AT_14 + 30 * MINUTE)
    assert codes(refused) == ["taken"]
    assert refused.value.reasons[0].params["gap_starts"] == AT_14 + HOUR


def test_the_buffer_keeps_the_next_booking_off(world: World) -> None:
    world.tool_class.buffer_minutes = 15
    world.tool_class.save()
    booking = a_booking(world)
    assert booking.blocked_until == AT_14 + HOUR + 15 * MINUTE
    with pytest.raises(Refused) as refused:
        a_booking(world, starts=booking.ends)
    assert codes(refused) == ["taken"]
    a_booking(world, starts=booking.blocked_until)


def test_a_form_sent_twice_books_once(world: World) -> None:
    key = uuid.uuid4()
    first = a_booking(world, key=key)
    again = a_booking(world, key=key)
    assert first == again
    assert Booking.objects.count() == 1


def test_the_key_of_somebody_else_is_worth_nothing(world: World) -> None:
    key = uuid.uuid4()
    a_booking(world, key=key)
    with pytest.raises(Refused):
        a_booking(world, key=key, member=world.bob)


def test_the_database_says_no_where_the_rules_were_blind(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A claim that the facts missed is refused by NoOverlap, and in the same words."""
    a_booking(world)
    with monkeypatch.context() as patch:
        patch.setattr("bookings.services.booking.refusals", lambda facts, slot: ())
        with pytest.raises(Refused) as refused:
            a_booking(world)
    assert codes(refused) == ["taken"]
    assert Booking.objects.count() == 1


def test_a_full_quota_says_which_bookings_fill_it(world: World) -> None:
    world.tool_class.most_future = 2
    world.tool_class.save()
    for hours in (0, 2):
        a_booking(world, starts=AT_14 + hours * HOUR)
    with pytest.raises(Refused) as refused:
        a_booking(world, starts=AT_14 + 4 * HOUR)
    assert codes(refused) == ["most-future"]
    assert refused.value.reasons[0].params["count"] == 2


def test_booking_takes_few_statements(world: World) -> None:
    """Facts, booking, change, notice, epoch; PostgreSQL adds its two locks."""
    with CaptureQueriesContext(connection) as captured:
        a_booking(world)
    assert len([query for query in captured if "SAVEPOINT" not in query["sql"]]) == 5


# --- once it has begun ---------------------------------------------------------------------------


def test_what_has_begun_is_not_moved_away(world: World) -> None:
    booking = a_booking(world, hours=2)
    later = {"starts": AT_14 + 3 * HOUR, "ends": AT_14 + 5 * HOUR}
    with pytest.raises(Refused) as refused:
        services.move(booking=booking, by=world.alice, now=AT_14 + 90 * MINUTE, **later)
    assert codes(refused) == ["begun-already"]
    booking.refresh_from_db()
    assert booking.starts == AT_14


def test_what_has_begun_and_is_cancelled_still_counts(world: World) -> None:
    world.tool_class.limits.create(measure="minutes", amount=120, period="week")
    now = AT_14 + 90 * MINUTE
    services.cancel(booking=a_booking(world, hours=2), by=world.alice, now=now)
    with pytest.raises(Refused) as refused:
        a_booking(world, starts=AT_14 + 3 * HOUR, now=now)
    assert codes(refused) == ["minutes-a-week"]


def test_a_booking_is_extended_by_whole_steps(world: World) -> None:
    booking = a_booking(world)
    for minutes in (7, 1 / 60):
        with pytest.raises(Refused) as refused:
            services.extend(
                booking=booking, ends=booking.ends + minutes * MINUTE, by=world.alice, now=AT_14
            )
        assert codes(refused) == ["uneven-length"]
    longer = services.extend(
        booking=booking, ends=booking.ends + 15 * MINUTE, by=world.alice, now=AT_14
    )
    assert longer.ends == AT_14 + 75 * MINUTE
