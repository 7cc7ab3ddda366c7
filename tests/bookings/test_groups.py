"""Several machines at once, and any machine of a kind. The same tests run on PostgreSQL."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from bookings import services
from bookings.errors import Refused
from bookings.models import Booking
from equipment.models import Feature, Machine
from notices.models import Outbox
from tests.bookings.people import AT_14, HOUR, a_booking
from tests.bookings.test_series import kinds, verbs
from tests.people import NOW, World, a_machine

State = Booking.State


def a_group(world: World, **asked: Any) -> list[Booking]:
    """Alice's: the router and the mill at 14:00 for an hour."""
    starts = asked.pop("starts", AT_14)
    given = {"member": world.alice, "machines": [world.router, world.mill], **asked}
    return services.book_group(
        starts=starts, ends=starts + HOUR, by=given["member"], now=NOW, **given
    )


def on_machines(refused: Refused) -> list[tuple[str, str]]:
    return [(str(reason.params["on_machine"]), reason.code) for reason in refused.reasons]


# --- several machines at once --------------------------------------------------------------------


def test_a_group_is_a_booking_on_each_machine(world: World) -> None:
    bookings = a_group(world, note="inlay")
    assert {booking.machine for booking in bookings} == {world.router, world.mill}
    assert len({booking.group for booking in bookings} - {None}) == 1
    assert [verbs(booking) for booking in bookings] == [["book"], ["book"]]
    assert kinds() == ["group-booked"]
    notice = Outbox.objects.get()
    assert notice.context["machines"] == "CNC router, CNC mill"
    assert notice.bundle.startswith("group-")


def test_one_taken_machine_refuses_the_group(world: World) -> None:
    a_booking(world, machine=world.mill)
    with pytest.raises(Refused) as refused:
        a_group(world)
    assert on_machines(refused.value) == [("CNC mill", "taken")]
    assert Booking.objects.count() == 1


def test_quotas_count_every_machine_of_the_group(world: World) -> None:
    world.tool_class.most_future = 1
    world.tool_class.save()
    with pytest.raises(Refused) as refused:
        a_group(world)
    assert on_machines(refused.value) == [("CNC mill", "most-future")]
    assert not Booking.objects.exists()


def test_a_group_of_one_is_no_group(world: World) -> None:
    with pytest.raises(Refused) as refused:
        a_group(world, machines=[world.router, world.router])
    assert [reason.code for reason in refused.value.reasons] == ["group-size"]


def test_the_same_key_makes_one_group(world: World) -> None:
    key = uuid.uuid4()
    first, again = (a_group(world, key=key) for _twice in range(2))
    assert first == again
    assert Booking.objects.count() == 2


def test_a_group_moves_into_the_time_it_has(world: World) -> None:
    """Half of the new time is the old one."""
    first = a_group(world)[0]
    moved = services.move_group(
        booking=first, starts=AT_14 + HOUR / 2, ends=AT_14 + 2 * HOUR, by=world.alice, now=NOW
    )
    assert {(row.starts, row.ends) for row in moved} == {(AT_14 + HOUR / 2, AT_14 + 2 * HOUR)}
    assert {row.holds for row in Booking.objects.all()} == {True}
    assert kinds() == ["group-booked", "group-changed"]
    assert verbs(first) == ["book", "move"]


def test_a_group_moves_whole_or_not_at_all(world: World) -> None:
    first = a_group(world)[0]
    a_booking(world, machine=world.mill, starts=AT_14 + 2 * HOUR)
    before = list(Booking.objects.order_by("pk").values())
    with pytest.raises(Refused) as refused:
        services.move_group(
            booking=first,
            starts=AT_14 + 2 * HOUR,
            ends=AT_14 + 3 * HOUR,
            by=world.alice,
            now=NOW,
        )
    assert on_machines(refused.value) == [("CNC mill", "taken")]
    assert list(Booking.objects.order_by("pk").values()) == before


def test_a_group_is_cancelled_whole_and_one_of_it_alone(world: World) -> None:
    first, second = a_group(world)
    services.cancel(booking=second, by=world.alice, now=NOW)
    for _twice in range(2):
        services.cancel_group(booking=first, by=world.alice, now=NOW)
    assert {row.state for row in Booking.objects.all()} == {State.CANCELLED}
    assert [verbs(row) for row in (first, second)] == [["book", "cancel"]] * 2
    assert kinds().count("group-cancelled") == 1


def test_a_group_that_has_begun_stays(world: World) -> None:
    first = a_group(world)[0]
    with pytest.raises(Refused) as refused:
        services.move_group(
            booking=first,
            starts=AT_14 + 2 * HOUR,
            ends=AT_14 + 3 * HOUR,
            by=world.alice,
            now=AT_14,
        )
    assert [reason.code for reason in refused.value.reasons] == ["booking-running"]


# --- any machine of a kind -----------------------------------------------------------------------


def any_of(world: World, *features: Feature, **asked: Any) -> Booking:
    given = {"member": world.alice, "starts": AT_14, **asked}
    return services.book_any(
        tool_class=world.tool_class,
        space=world.space,
        ends=given["starts"] + HOUR,
        by=given["member"],
        now=NOW,
        features=features,
        **given,
    )


def test_the_least_used_machine_comes_first_then_the_lowest_id(world: World) -> None:
    assert any_of(world).machine == world.router
    long_ago = Booking.objects.get()
    Booking.objects.filter(pk=long_ago.pk).update(
        starts=NOW - 5 * HOUR,
        ends=NOW - 4 * HOUR,
        blocked_until=NOW - 4 * HOUR,
        state=State.DONE,
        holds=False,
    )
    assert any_of(world).machine == world.mill


def test_what_is_taken_is_passed_over(world: World) -> None:
    a_booking(world, machine=world.router)
    assert any_of(world).machine == world.mill


def test_only_machines_with_every_feature_are_tried(world: World) -> None:
    rotary, cooled = (
        Feature.objects.create(name=name, slug=name.lower()) for name in ("Rotary", "Cooled")
    )
    world.mill.features.add(rotary, cooled)
    world.router.features.add(rotary)
    assert any_of(world, rotary, cooled).machine == world.mill
    with pytest.raises(Refused) as refused:
        any_of(world, Feature.objects.create(name="Laser eye", slug="eye"))
    assert [reason.code for reason in refused.value.reasons] == ["no-such-machine"]


def test_a_refusal_says_why_each_machine_was_out(world: World) -> None:
    """What they have in common is said once."""
    third = a_machine("CNC lathe", world.tool_class, world.space)
    for machine, hours in ((world.router, 1), (world.mill, 1), (third, 2)):
        a_booking(world, machine=machine, hours=hours)
    with pytest.raises(Refused) as refused:
        any_of(world)
    assert on_machines(refused.value) == [
        ("CNC router, CNC mill", "taken"),
        ("CNC lathe", "taken"),
    ]


def test_a_reason_about_the_member_is_told_once(world: World) -> None:
    with pytest.raises(Refused) as refused:
        any_of(world, member=world.charlie)
    assert on_machines(refused.value) == [("CNC router, CNC mill", "not-certified")]


def test_where_the_facts_were_blind_the_next_machine_is_tried(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each try has a savepoint of its own: the one that failed leaves nothing."""
    a_booking(world, machine=world.router)
    with monkeypatch.context() as patch:
        patch.setattr("bookings.services.any_machine.refusals", lambda facts, slot: ())
        assert any_of(world).machine == world.mill
    assert Booking.objects.count() == 2


def test_the_same_key_books_any_machine_once(world: World) -> None:
    key = uuid.uuid4()
    assert any_of(world, key=key) == any_of(world, key=key)
    assert Booking.objects.count() == 1


def test_a_retired_machine_is_no_candidate(world: World) -> None:
    Machine.objects.filter(pk=world.router.pk).update(retired_at=NOW - timedelta(days=1))
    assert any_of(world).machine == world.mill
