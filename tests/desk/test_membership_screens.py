"""The pages of a membership in a real browser: no accessibility flaw, no breach, no side scroll."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from bookings.services import book
from bookings.services.disruptions import find_disruptions
from members.models import Plan
from members.services.day_passes import give_day_passes
from members.services.guests import sign_in_guest
from members.services.memberships import sign_up_to_plan
from members.services.pauses import start_pause
from tests.browser import OpenScreen, screen
from tests.people import World, a_certification, a_member, a_world

__all__ = ["screen"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DAY = timedelta(days=1)
WINDOWS = [("phone", "dark"), ("desk", "light")]


def furnished() -> World:
    """Alice overdue with two bookings ahead, a guest and a pause behind her; Nora with passes."""
    now = timezone.now()
    world = a_world(now)
    Plan.objects.update(
        months=1, pause_days=30, renews_itself=True, guests_a_month=4, overdue_days=14
    )
    evenings = Plan.objects.create(
        name="Evenings", slug="evenings", months=1, joining="self", description="From six"
    )
    day = Plan.objects.create(name="Single day", slug="single-day", kind=Plan.Kind.DAY)
    row = world.alice.memberships.get()
    starts = (now + 5 * DAY).replace(minute=0, second=0, microsecond=0)
    for days in (0, 2):
        book(
            member=world.alice,
            machine=world.router,
            starts=starts + days * DAY,
            ends=starts + days * DAY + timedelta(hours=2),
            by=world.alice,
            now=now,
        )
    row.pauses.create(
        member=world.alice,
        starts=now - 40 * DAY,
        until=now - 30 * DAY,
        asked_at=now - 41 * DAY,
        why="Broken leg",
    )
    sign_in_guest(host=world.alice, space=world.space, name="Kim", by=world.alice, now=now)
    nora = a_member("Nora New", plan=None, space=world.space)
    give_day_passes(member=nora, plan=day, count=3, expires=None, by=world.dana, now=now)
    bob = world.bob.memberships.get()
    a_certification(world.bob, world.certification, now=now)
    bob.due, bob.until = now - DAY, now + 13 * DAY
    bob.save()
    _lose(world, starts, now)
    sign_up_to_plan(
        member=nora, plan=evenings, starts=now + 9 * DAY, until=None, by=world.dana, now=now
    )
    return world


def _lose(world: World, starts: Any, now: Any) -> None:
    """Charlie rests when the mill is theirs."""
    a_certification(world.charlie, world.certification, now=now)
    book(
        member=world.charlie,
        machine=world.mill,
        starts=starts,
        ends=starts + timedelta(hours=2),
        by=world.charlie,
        now=now,
    )
    start_pause(
        membership=world.charlie.memberships.get(),
        starts=now + DAY,
        until=now + 20 * DAY,
        why="Travels",
        by=world.charlie,
        now=now,
    )
    find_disruptions(now=now)


def pages(world: World) -> Iterator[tuple[str, str]]:
    """Who opens what."""
    alice, row = world.alice.public_id, world.alice.memberships.get().pk
    yield from (("alice", "/you/membership/"), ("bob", "/you/membership/"))
    yield from (("charlie", "/you/membership/"), ("charlie", "/"))
    yield from (("alice", f"/memberships/{row}/{act}/") for act in ("pause", "change", "end"))
    yield "alice", f"/memberships/{row}/renew/"
    yield "charlie", f"/disruptions/{disruption_of(world)}/"
    yield from (("dana", path) for path in ("/desk/plans/", "/desk/plans/full/", "/desk/guests/"))
    yield from (("dana", f"/people/{alice}/{act}/") for act in ("plan", "day-passes", "hold"))
    yield "dana", f"/people/{alice}/"


def disruption_of(world: World) -> str:
    (booking,) = world.charlie.bookings.all()
    return str(booking.disruptions.get().public_id)


@pytest.mark.parametrize(("size", "scheme"), WINDOWS)
def test_no_page_has_a_flaw(screen: OpenScreen, size: str, scheme: Any) -> None:
    world = furnished()
    names = ("alice", "bob", "charlie", "dana")
    windows = {name: screen(getattr(world, name), size=size, scheme=scheme) for name in names}
    flaws = {}
    for name, path in pages(world):
        windows[name].open(path)
        if found := windows[name].flaws():
            flaws[path] = found
    assert flaws == {}


@pytest.mark.parametrize(("size", "scheme"), WINDOWS)
def test_what_it_costs_stands_above_the_button(screen: OpenScreen, size: str, scheme: Any) -> None:
    world = furnished()
    window = screen(world.alice, size=size, scheme=scheme)
    page = window.open(f"/memberships/{world.alice.memberships.get().pk}/end/")
    page.get_by_label("Why").fill("Moves to another town")
    page.get_by_role("button", name="Show what it does").click()
    page.get_by_text("2 bookings could not be used.").wait_for()
    assert window.flaws() == []
    page.get_by_role("button", name="End it").click()
    page.get_by_text("Full was ended with").wait_for()
    assert world.alice.memberships.get().ended_why == "Moves to another town"
