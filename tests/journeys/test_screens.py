"""Draws docs/screens/: the main pages on a Tuesday at 13:30, to be looked at by people.

Asks that no picture outgrows the repository and that no page complains; the rest is for eyes.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import urlencode
from uuid import uuid4

import pytest
import time_machine
from django.conf import settings

from access.models import Alarm, Device, Session
from bookings.models import Booking, Disruption, Wait
from bookings.services.disruptions import find_disruptions
from bookings.services.history import log
from demo.data import fill
from equipment.models import Machine
from equipment.services.closures import close_machine
from members.models import Member
from notices.samples import SAMPLES
from notices.services import post
from tests.browser import WIDTHS, OpenScreen, Scheme, Screen
from tests.people import NOW
from training.models import Attendee, Induction

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FOLDER = settings.BASE_DIR / "docs" / "screens"
MOST_BYTES = 200_000
TALLEST = {"desk": 1160, "phone": 1900}  # px; what lies below is more of the same

EVENINGS = urlencode(
    {
        "what": "any:northside:laser-cutters",
        "minutes": 60,
        "first": "2026-11-24",
        "last": "2026-11-27",
        "daytime": "evening",
    }
)

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
    ("board-list-desktop-light", "alice", "/board/?view=list", "desk", "light"),
    ("board-list-phone-dark", "alice", "/board/?view=list", "phone", "dark"),
    ("board-week-reasons-desktop-dark", "charlie", "/board/?view=week", "desk", "dark"),
    ("booking-desktop-light", "alice", "/bookings/{booking}/", "desk", "light"),
    ("disruption-phone-light", "alice", "/disruptions/{disruption}/", "phone", "light"),
    ("disruption-desktop-light", "alice", "/disruptions/{disruption}/", "desk", "light"),
    ("disruptions-desktop-dark", "dana", "/spaces/northside/disruptions/", "desk", "dark"),
    ("find-desktop-light", "alice", f"/find/?{EVENINGS}", "desk", "light"),
    ("waitlist-desktop-light", "alice", "/waitlist/", "desk", "light"),
    ("find-phone-dark", "alice", f"/find/?{EVENINGS}", "phone", "dark"),
    ("waitlist-phone-dark", "alice", "/waitlist/", "phone", "dark"),
    ("policy-desktop-light", "alice", "/tool-classes/laser-cutters/", "desk", "light"),
    ("messages-desktop-light", "alice", "/messages/", "desk", "light"),
    ("messages-wishes-phone-light", "alice", "/you/messages/", "phone", "light"),
    ("desk-desktop-light", "dana", "/desk/?person={bob}", "desk", "light"),
    ("desk-phone-dark", "dana", "/desk/?person={bob}", "phone", "dark"),
    ("person-desktop-light", "dana", "/people/{bob}/", "desk", "light"),
    ("calendar-desktop-light", "alice", "/calendar/", "desk", "light"),
    ("devices-desktop-light", "dana", "/devices/", "desk", "light"),
    ("devices-phone-dark", "dana", "/devices/", "phone", "dark"),
    ("device-desktop-light", "dana", "/devices/{device}/", "desk", "light"),
    ("join-phone-light", "charlie", "/join/", "phone", "light"),
    ("theory-phone-dark", "charlie", "/theory/cnc/", "phone", "dark"),
    ("attendance-phone-light", "marta", "/inductions/{induction}/", "phone", "light"),
    ("training-desktop-light", "dana", "/training/", "desk", "light"),
    ("training-phone-dark", "dana", "/training/", "phone", "dark"),
]

ANSWERS = [
    # name, whose, address, size; what is written into which field, and the button that is pressed
    (
        "series-desktop-light",
        "alice",
        "/machines/printer-2/repeat/?starts=2026-11-25T15:00&minutes=60",
        "desk",
        {"Every day": ""},
        "Show the days",
    ),
    (
        "series-phone-light",
        "alice",
        "/machines/printer-2/repeat/?starts=2026-11-25T15:00&minutes=60",
        "phone",
        {"Every day": ""},
        "Show the days",
    ),
    (
        "policy-edit-desktop-light",
        "dana",
        "/tool-classes/laser-cutters/policy/",
        "desk",
        {"Longest booking, in minutes": "90"},
        "See whom it would have refused",
    ),
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
    """Alice has a booking and an offer today, tomorrow's has to make way; Bob, whose CNC has
    lapsed, has the PCB mill later."""
    panels = claim("alice", "laser-1", minutes=300, took=60, note="lamp panels")
    log(panels, "book", by=panels.member, now=panels.created_at)
    log(panels, "extend", by=panels.member, now=NOW - timedelta(days=3))
    offered = {"state": Booking.State.OFFERED, "lapses_at": NOW + timedelta(minutes=18)}
    saw = wish("alice", "table-saw", minutes=15, took=75, state=Wait.State.OFFERED)
    claim("alice", "table-saw", minutes=15, took=75, wait=saw, **offered)
    wish("alice", "laser-2", minutes=90, took=60)
    claim("bob", "pcb-mill", minutes=105, took=75)
    close_over_tomorrow()
    tell_alice()
    trouble_a_box()
    begin_an_induction()


def close_over_tomorrow() -> None:
    """Alice has an hour of the other laser tomorrow; its tube is changed then."""
    laser = Machine.objects.get(slug="laser-2")
    starts, ends = NOW + timedelta(hours=20), NOW + timedelta(hours=24)  # from half past nine
    mine = Booking.objects.filter(machine=laser, starts__lt=ends, blocked_until__gt=starts)
    mine.update(holds=False, state=Booking.State.CANCELLED)
    claim("alice", "laser-2", minutes=22 * 60, took=60, note="sign for the door")
    dana = Member.objects.get(email="dana@example.org")
    close_machine(
        machine=laser, starts=starts, ends=ends, reason="The tube is changed", by=dana, now=NOW
    )
    find_disruptions(now=NOW)


def trouble_a_box() -> None:
    """The CNC mill's relay is on, and nobody was let in."""
    Device.objects.filter(name="cnc-mill").update(relay=True, ma=2300)
    box = Device.objects.get(name="cnc-mill")
    Alarm.objects.create(device=box, code="on-unasked", raised_at=NOW - timedelta(minutes=4))


def begin_an_induction() -> None:
    """Marta has three people before her, half an hour into it."""
    planned = Induction.objects.get()
    people = [place.member for place in planned.attendees.all()]
    begun = {"starts": NOW - timedelta(minutes=30), "ends": NOW + timedelta(minutes=90)}
    closed = NOW - timedelta(hours=1)
    planned.pk, planned.public_id, planned.group = None, uuid4(), uuid4()
    for name, value in {**begun, "closes_at": closed, "cancel_until": closed}.items():
        setattr(planned, name, value)
    planned.save()
    for member in people:
        state = Attendee.State.SIGNED_UP
        Attendee.objects.create(induction=planned, member=member, state=state, asked_at=closed)


def tell_alice() -> None:
    """Some of the messages that her bookings brought."""
    alice = Member.objects.get(email="alice@example.org")
    for hours, kind in enumerate(("certification-given", "booking-confirmed", "slot-offered")):
        at = NOW - timedelta(hours=30 - 10 * hours)
        post(to=alice, kind=kind, key=kind, context=SAMPLES[kind], at=at)


def wish(first: str, machine: str, *, minutes: int, took: int, **fields: object) -> Wait:
    """From so many minutes after now, for as long as it takes."""
    wanted = Machine.objects.get(slug=machine)
    starts = NOW + timedelta(minutes=minutes)
    return Wait.objects.create(
        member=Member.objects.get(email=f"{first}@example.org"),
        tool_class=wanted.tool_class,
        space=wanted.space,
        machine=wanted,
        starts=starts,
        ends=starts + timedelta(minutes=took),
        minutes=took,
        created_at=NOW - timedelta(days=1),
        updated_at=NOW - timedelta(days=1),
        **fields,
    )


def claim(first: str, machine: str, *, minutes: int, took: int, **fields: object) -> Booking:
    """From so many minutes after now, in a gap that the demo's fixed seeds leave."""
    starts = NOW + timedelta(minutes=minutes)
    ends = starts + timedelta(minutes=took)
    return Booking.objects.create(
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
    window.open(path.format(**addresses()))
    draw(window, name, size)


@pytest.mark.parametrize(("name", "whose", "path", "size", "typed", "button"), ANSWERS)
def test_draw_what_a_form_answers(
    name: str,
    whose: str,
    path: str,
    size: str,
    typed: dict[str, str],
    button: str,
    screen: OpenScreen,
    afternoon: Callable[[str], Member],
) -> None:
    window = screen(afternoon(whose), size=size)
    window.page.clock.set_fixed_time(NOW)
    page = window.open(path)
    for label, value in typed.items():
        field = page.get_by_label(label)
        field.fill(value) if value else field.check(force=True)
    page.get_by_role("button", name=button).click()
    page.wait_for_load_state()
    draw(window, name, size)


def addresses() -> dict[str, object]:
    """What stands in addresses for somebody or something."""
    return {
        "bob": Member.objects.get(email="bob@example.org").public_id,
        "device": Device.objects.get(name="cnc-mill").pk,
        "induction": Induction.objects.get(starts__lt=NOW).public_id,
        "booking": Booking.objects.get(
            starts=NOW + timedelta(minutes=300), note="lamp panels"
        ).public_id,
        "disruption": Disruption.objects.get(booking__note="sign for the door").public_id,
    }


def draw(window: Screen, name: str, size: str) -> None:
    """From the top of the page, as far down as it is worth it."""
    page = window.page
    page.evaluate("document.fonts.ready")
    height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST[size])
    page.set_viewport_size({"width": WIDTHS[size], "height": height})
    page.evaluate("scrollTo(0, 0)")
    target = FOLDER / f"{name}.png"
    page.screenshot(path=target)
    assert not window.complaints
    assert target.stat().st_size <= MOST_BYTES
