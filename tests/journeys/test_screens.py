"""Draws docs/screens/: the main pages on a Tuesday at 13:30, to be looked at by people.

Asks that no picture outgrows the repository and that no page complains; the rest is for eyes.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings

from access.models import Device, Session
from bookings.models import Booking
from demo.data import fill
from equipment.models import Machine
from members.models import Member
from tests.browser import OpenScreen, Scheme
from tests.people import NOW

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FOLDER = settings.BASE_DIR / "docs" / "screens"
MOST_BYTES = 200_000
TALLEST = {"desk": 1320, "phone": 1900}  # px; what lies below is more of the same

PICTURES = [
    # name, whose, address, size, colours
    ("board-desktop-light", "alice", "/board/?view=day", "desk", "light"),
    ("board-desktop-dark", "alice", "/board/?view=day", "desk", "dark"),
    ("board-phone-light", "alice", "/board/?view=day", "phone", "light"),
    ("board-week-desktop-light", "alice", "/board/?view=week", "desk", "light"),
    ("machine-desktop-light", "alice", "/machines/laser-1/", "desk", "light"),
    ("machine-phone-dark", "alice", "/machines/laser-1/", "phone", "dark"),
    ("machine-week-desktop-light", "alice", "/machines/laser-1/week/", "desk", "light"),
    ("machine-stranger-phone-light", None, "/machines/cnc-router/", "phone", "light"),
    ("machines-desktop-light", "charlie", "/machines/", "desk", "light"),
    ("home-desktop-light", "alice", "/", "desk", "light"),
    ("home-desktop-dark", "alice", "/", "desk", "dark"),
    ("home-phone-light", "alice", "/", "phone", "light"),
    ("book-desktop-light", "charlie", "/machines/laser-2/book/", "desk", "light"),
    ("book-phone-dark", "alice", "/machines/laser-2/book/", "phone", "dark"),
    ("bookings-desktop-light", "alice", "/bookings/", "desk", "light"),
    ("desk-desktop-light", "dana", "/desk/?person={bob}", "desk", "light"),
    ("desk-phone-dark", "dana", "/desk/?person={bob}", "phone", "dark"),
    ("person-desktop-light", "dana", "/people/{bob}/", "desk", "light"),
    ("calendar-desktop-light", "alice", "/calendar/", "desk", "light"),
    ("devices-desktop-light", "dana", "/devices/", "desk", "light"),
]


@pytest.fixture
def afternoon(transactional_db: None) -> Iterator[Callable[[str], Member]]:
    """Tuesday 24 November, 13:30 in Berlin; somebody at each interlock who has booked it."""
    with time_machine.travel(NOW):
        fill(NOW)
        Device.objects.update(online=True, state="locked", seen_at=NOW)
        begun = Booking.objects.standing(NOW).filter(starts__lte=NOW, ends__gt=NOW)
        for booking in begun.filter(machine__has_interlock=True).exclude(
            member__name="Alice Meyer"
        ):
            put_to_work(booking)
        tell_stories()
        yield lambda first: Member.objects.get(email=f"{first}@example.org")


def tell_stories() -> None:
    """Alice has a booking and an offer today; Bob, whose CNC has lapsed, has the PCB mill later."""
    offered = {"state": Booking.State.OFFERED, "lapses_at": NOW + timedelta(minutes=18)}
    claim("alice", "laser-1", minutes=300, took=60, note="lamp panels")
    claim("alice", "table-saw", minutes=15, took=75, **offered)
    claim("bob", "pcb-mill", minutes=105, took=75)


def claim(first: str, machine: str, *, minutes: int, took: int, **fields: object) -> None:
    """From so many minutes after now, in a gap that the demo's fixed seeds leave."""
    starts = NOW + timedelta(minutes=minutes)
    ends = starts + timedelta(minutes=took)
    Booking.objects.create(
        machine=Machine.objects.get(slug=machine),
        member=Member.objects.get(email=f"{first}@example.org"),
        starts=starts,
        ends=ends,
        blocked_until=ends,
        created_at=NOW - timedelta(days=12),
        updated_at=NOW - timedelta(days=12),
        **fields,
    )


def put_to_work(booking: Booking) -> None:
    """As if its member had tapped at the start; the last to start is still only armed."""
    device = Device.objects.get(machine=booking.machine, is_interlock=True)
    device.state = "armed" if NOW - booking.starts < timedelta(minutes=20) else "running"
    device.save()
    booking.state = Booking.State.RUNNING
    booking.save()
    Session.objects.create(
        sid=f"s{booking.pk}",
        machine=booking.machine,
        member=booking.member,
        booking=booking,
        interlock=device,
        ground=Session.Ground.BOOKING,
        state=Session.State.ACTIVE,
        offered_at=booking.starts,
        until=booking.ends,
    )


@pytest.mark.parametrize(("name", "whose", "path", "size", "scheme"), PICTURES)
def test_draw(
    name: str,
    whose: str | None,
    path: str,
    size: str,
    scheme: Scheme,
    screen: OpenScreen,
    afternoon: Callable[[str], Member],
) -> None:
    window = screen(afternoon(whose) if whose else None, size=size, scheme=scheme)
    window.page.clock.set_fixed_time(NOW)
    page = window.open(path.format(bob=afternoon("bob").public_id))
    page.evaluate("document.fonts.ready")
    height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST[size])
    page.set_viewport_size({"width": page.viewport_size["width"], "height": height})  # type: ignore[index]
    target = FOLDER / f"{name}.png"
    page.screenshot(path=target)
    assert not window.complaints
    assert target.stat().st_size <= MOST_BYTES
