"""The waitlist's short cuts, and what must hold of it at every moment."""

from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q

from bookings.models import Booking, Wait
from bookings.services import waitlist
from bookings.services.expiry import lapse_stale
from bookings.services.offering import offer_everywhere
from members.models import Member
from tests.bookings.people import AT_14, HOUR
from tests.people import NOW, World


def a_wish(world: World, member: Member, *, now: datetime = NOW, **given: Any) -> Wait:
    """An hour of the router at 14:00; with `machine=None` of any machine of its kind."""
    starts = given.pop("starts", AT_14)
    asked = {
        "machine": world.router,
        "tool_class": world.tool_class,
        "space": world.space,
        "starts": starts,
        "ends": given.pop("ends", starts + HOUR),
        "minutes": 60,
        **given,
    }
    return waitlist.wait(member=member, by=asked.pop("by", member), now=now, **asked)


def the_worker(now: datetime) -> None:
    """What its minute job does for the waitlist."""
    lapse_stale(now=now)
    waitlist.pass_over(now=now)
    offer_everywhere(now=now)


def offer_of(wish: Wait) -> Booking | None:
    """The one offer that is open for the wish."""
    return wish.offers.filter(state=Booking.State.OFFERED, holds=True).first()


def stuck_offers(now: datetime, *, settled: bool = False) -> list[str]:
    """Whatever would leave time or a wish hanging for ever; `settled`: the worker has just run."""
    offered = Booking.objects.filter(state=Booking.State.OFFERED)
    endless = offered.filter(Q(lapses_at=None) | Q(lapses_at__gt=F("starts")) | Q(holds=False))
    strays = offered.exclude(wait__state=Wait.State.OFFERED)
    open_offers = Count("offers", filter=Q(offers__state=Booking.State.OFFERED))
    torn = Wait.objects.filter(state=Wait.State.OFFERED).annotate(n=open_offers).exclude(n=1)
    found = {"endless": endless, "of no wish that has one": strays, "not just one": torn}
    if settled:
        found["lapsed and held"] = offered.filter(lapses_at__lte=now)
        found["passed and waiting"] = Wait.objects.filter(state=Wait.State.WAITING, ends__lte=now)
    return [f"{what}: {row}" for what, rows in found.items() for row in rows]
