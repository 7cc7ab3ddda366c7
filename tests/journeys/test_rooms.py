"""Every page about bookings without a flaw: members' on a phone in the dark, staff's on a desk."""

from datetime import datetime, time

import pytest
from django.utils import timezone

from bookings import services
from bookings.models import Booking, Disruption, Question
from bookings.rules.recurrence import Rule
from bookings.services.disruptions import find_disruptions
from calendars.models import BusySource
from equipment.models import Feature
from equipment.services.closures import close_machine
from members.services.closures import close_space
from tests.bookings.people import HOUR, a_booking
from tests.bookings.waiting import a_wish
from tests.browser import OpenScreen, Screen
from tests.journeys.ways import at, typed
from tests.people import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BOOK = "/machines/cnc-router"
KIND = "/tool-classes/cnc-machines"
SPACE = "/spaces/northside"


@pytest.fixture
def furnished(workshop: World) -> World:
    """As generous a place as it takes to have one of everything."""
    workshop.tool_class.most_future = None
    workshop.tool_class.approval_above_minutes = 120
    workshop.tool_class.save()
    Feature.objects.create(name="Vacuum table", slug="vacuum-table")
    Question.objects.create(tool_class=workshop.tool_class, text="Which material?", required=False)
    return workshop


def a_series(world: World, now: datetime) -> Booking:
    """Alice's router, daily at 18:00; the first of four."""
    first = at(world, 18).astimezone(world.space.tz).date()
    rule = Rule("daily", first, time(18), 60, world.space.tz, count=4)
    services.book_series(
        member=world.alice, machine=world.router, rule=rule, by=world.alice, now=now
    )
    return Booking.objects.order_by("starts")[0]


def a_group(world: World, now: datetime) -> Booking:
    """Alice's, of both machines."""
    return services.book_group(
        member=world.alice,
        machines=[world.router, world.mill],
        starts=at(world, 8, day=2),
        ends=at(world, 9, day=2),
        by=world.alice,
        now=now,
    )[0]


def a_disruption(world: World, now: datetime) -> Disruption:
    """Alice has the router while its lens is cleaned."""
    starts = at(world, 12, day=3)
    a_booking(world, starts=starts, now=now)
    close_machine(
        machine=world.router,
        starts=starts,
        ends=starts + HOUR,
        reason="Spindle is changed",
        by=world.dana,
        now=now,
    )
    find_disruptions(now=now)
    return Disruption.objects.get()


def pages_of_members(world: World, now: datetime) -> list[str]:
    series, group = a_series(world, now), a_group(world, now)
    taken = a_booking(world, member=world.charlie, starts=at(world, 14), now=now)
    proposal = services.propose_hand_over(booking=taken, to=world.alice, by=world.charlie, now=now)
    a_wish(world, world.alice, starts=taken.starts, now=now)
    in_series, in_group = (f"/bookings/{one.public_id}" for one in (series, group))
    return [
        f"{BOOK}/repeat/",
        f"/series/{series.series.public_id}/",
        f"{in_series}/",
        f"{in_series}/series/move/",
        f"{in_series}/series/cancel/",
        f"{in_series}/hand-over/",
        f"{BOOK}/book-several/",
        f"{in_group}/group/move/",
        f"{in_group}/group/cancel/",
        f"{KIND}/book/",
        f"{KIND}/",
        "/waitlist/",
        f"/waitlist/new/?what=cnc-router&starts={typed(world, 14)}&minutes=60",
        "/find/",
        f"/find/?what=cnc-router&minutes=60&first={typed(world, 0)[:10]}"
        f"&last={typed(world, 0, day=3)[:10]}",
        f"/hand-overs/{proposal.public_id}/",
        f"/disruptions/{a_disruption(world, now).public_id}/",
        f"{SPACE}/hours/",
    ]


def pages_of_staff(world: World, now: datetime) -> list[str]:
    asked = a_booking(world, starts=at(world, 8), hours=3, now=now)
    a_wish(world, world.charlie, starts=asked.starts, ends=asked.ends, now=now)
    a_disruption(world, now)
    fair = close_space(
        space=world.space,
        starts=at(world, 9, day=5),
        ends=at(world, 17, day=5),
        reason="Fair",
        by=world.dana,
        now=now,
    )
    BusySource.objects.create(
        name="School",
        space=world.space,
        url="https://school.example/room-7.ics",
        added_by=world.dana,
        added_at=now,
    )
    spindle = world.router.closures.get()
    return [
        "/limits/",
        f"{KIND}/policy/",
        "/bookings/requests/",
        f"/bookings/{asked.public_id}/answer/",
        f"{BOOK}/book-for/?q=alice",
        f"/people/{world.alice.public_id}/book/",
        f"{BOOK}/book/?member={world.bob.public_id}",
        "/waitlist/queue/",
        f"{SPACE}/disruptions/",
        f"{SPACE}/hours/",
        f"{SPACE}/hours/opening/",
        f"{SPACE}/hours/staffed/",
        f"{SPACE}/closures/",
        f"/closures/{fair.pk}/",
        f"/closures/{fair.pk}/remove/",
        f"{BOOK}/closures/",
        f"{BOOK}/closures/new/",
        f"/machine-closures/{spindle.pk}/",
        f"/machine-closures/{spindle.pk}/remove/",
        f"{BOOK}/set-up/",
        f"{SPACE}/calendars/",
        f"{SPACE}/calendars/new/",
    ]


def flaws(window: Screen, paths: list[str]) -> dict[str, list[str]]:
    found = {}
    for path in paths:
        answer = window.page.goto(window.base + path)
        assert answer is not None and answer.ok, path
        found[path] = window.flaws()
    return {path: wrong for path, wrong in found.items() if wrong}


def test_what_members_see(furnished: World, screen: OpenScreen) -> None:
    paths = pages_of_members(furnished, timezone.now())
    assert not flaws(screen(furnished.alice, size="phone", scheme="dark"), paths)


def test_what_staff_see(furnished: World, screen: OpenScreen) -> None:
    paths = pages_of_staff(furnished, timezone.now())
    assert not flaws(screen(furnished.dana), paths)


def test_a_policy_and_a_series_before_they_are_kept(furnished: World, screen: OpenScreen) -> None:
    """Pages that only show after something was sent: here, what they say about it."""
    a_booking(furnished, member=furnished.charlie, starts=at(furnished, 14), now=timezone.now())
    alice = screen(furnished.alice, size="phone")
    page = alice.open(f"{BOOK}/repeat/?starts={typed(furnished, 14)}")
    page.get_by_role("button", name="Show the days").click()
    page.wait_for_selector("#days")
    assert not alice.flaws()
    dana = screen(furnished.dana, scheme="dark")
    page = dana.open(f"{KIND}/policy/")
    page.get_by_role("button", name="See whom it would have refused").click()
    page.wait_for_selector("#preview")
    assert not dana.flaws()
