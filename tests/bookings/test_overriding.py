"""What staff may set aside, what they may not, and what is left of it."""

import pytest

from bookings import services
from bookings.errors import Refused
from bookings.models import Booking
from bookings.timeline import history_of
from members.models import Role, Space
from notices.models import Outbox
from tests.bookings.people import AT_14, HOUR, NOW, a_booking, codes
from tests.people import World

WHY = "Open day on Saturday"


def too_long(world: World, **given: object) -> Booking:
    asked = {"by": world.dana, "hours": 6, "overrides": ["too-long"], "override_why": WHY}
    return a_booking(world, **(asked | given))


def test_staff_set_a_rule_aside_and_the_booking_says_so(world: World) -> None:
    booking = too_long(world)
    assert (booking.overrides, booking.override_why) == (["too-long"], WHY)
    (line,) = history_of(booking, world.space.tz)
    assert "Set aside: The longest booking here is 4 h." in line.detail
    assert WHY in line.detail


@pytest.mark.parametrize(
    "given", [{"overrides": []}, {"overrides": ["too-short"]}, {"override_why": " "}]
)
def test_each_rule_is_named_and_a_why_is_given(world: World, given: dict[str, object]) -> None:
    with pytest.raises(Refused) as refused:
        too_long(world, **given)
    assert codes(refused) == ["too-long"]


def test_one_rule_that_stands_refuses_all_and_tells_all(world: World) -> None:
    with pytest.raises(Refused) as refused:
        too_long(world, hours=6.1)
    assert codes(refused) == ["uneven-length", "too-long"]


def test_a_member_sets_nothing_aside(world: World) -> None:
    with pytest.raises(Refused):
        too_long(world, by=world.alice)


def test_staff_of_another_space_neither(world: World) -> None:
    Role.objects.all().delete()
    south = Space.objects.create(name="Southside", slug="southside")
    Role.objects.create(member=world.bob, space=south, kind=Role.Kind.STAFF)
    with pytest.raises(Refused):
        too_long(world, by=world.bob)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"member": "charlie"}, "not-certified"),
        ({"member": "bob"}, "certification-ended"),
        ({"starts": AT_14 - 3 * HOUR, "hours": 1}, "in-the-past"),
        ({"starts": AT_14 + HOUR, "hours": 1}, "taken"),
        ({"starts": AT_14, "hours": -1}, "ends-before-start"),
    ],
)
def test_some_things_nobody_sets_aside(world: World, given: dict[str, object], code: str) -> None:
    a_booking(world, starts=AT_14 + HOUR)
    if "member" in given:
        given = {**given, "member": getattr(world, str(given["member"]))}
    with pytest.raises(Refused) as refused:
        too_long(world, **{"hours": 1, **given}, overrides=[code, "too-long"])
    assert code in codes(refused)


def test_a_rule_that_does_not_refuse_is_not_set_aside(world: World) -> None:
    booking = too_long(world, hours=1)
    assert (booking.overrides, booking.override_why) == ([], "")


def test_staff_move_above_a_rule_and_what_was_set_aside_before_stays(world: World) -> None:
    booking = too_long(world)
    moved = services.move(
        booking=booking,
        starts=AT_14,
        ends=AT_14 + 6.1 * HOUR,
        by=world.dana,
        now=NOW,
        overrides=["too-long", "uneven-length"],
        why="Jammed",
    )
    assert moved.overrides == ["too-long", "uneven-length"]
    assert moved.override_why == "Jammed"
    letter = Outbox.objects.latest("pk")
    assert (letter.to, letter.context["by"]) == (world.alice, "Dana Osei")
    assert letter.context["why"] == "Jammed"
