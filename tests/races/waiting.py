"""Races for one offer: `python -m tests.races.waiting NAME`, as tests.races.scenes. Run by
tests/races/test_waitlist.py.
"""

import json
import sys
from datetime import timedelta
from functools import partial

import django

django.setup()

from bookings import services  # noqa: E402
from bookings.errors import Refused  # noqa: E402
from bookings.models import Booking, Wait  # noqa: E402
from bookings.services import waitlist  # noqa: E402
from bookings.services.expiry import lapse_stale  # noqa: E402
from bookings.services.offering import offer_everywhere  # noqa: E402
from equipment.models import Machine  # noqa: E402
from members.models import Member  # noqa: E402
from tests.bookings.waiting import stuck_offers  # noqa: E402
from tests.races.scenes import AT_14, HOUR, NOW, RACERS, in_the_table, people_and_machines, race  # noqa: E402

LAPSES = timedelta(minutes=30)  # the offers of these races lapse at their slot's start


def people_who_wait(members: int, machines: int) -> tuple[list[Wait], list[Machine]]:
    """Each for an hour at 14:00 on any machine; nothing is offered yet."""
    Booking.objects.all().delete()
    Wait.objects.all().delete()
    people, benches = people_and_machines(members, machines)
    return [_wish(person, benches[0]) for person in people], benches


def _wish(member: Member, machine: Machine) -> Wait:
    return Wait.objects.create(
        member=member,
        space=machine.space,
        tool_class=machine.tool_class,
        starts=AT_14,
        ends=AT_14 + HOUR,
        minutes=60,
        created_at=NOW,
        updated_at=NOW,
    )


# --- the racers ----------------------------------------------------------------------------------


def work() -> str:
    """One worker's minute."""
    return f"offered {offer_everywhere(now=NOW)}"


def take(offer: Booking) -> str:
    return answer(partial(waitlist.accept, offer=offer, by=offer.member, now=NOW), "taken")


def leave(offer: Booking) -> str:
    return answer(partial(waitlist.decline, offer=offer, by=offer.member, now=NOW), "left")


def withdraw(offer: Booking) -> str:
    wish = waitlist.withdraw(wish=offer.wait, by=offer.member, now=NOW)
    return str(wish.state)


def lapse() -> str:
    """A worker whose clock is already past the offer's end."""
    return f"lapsed {lapse_stale(now=NOW + LAPSES)}"


def cancel(booking: Booking) -> str:
    return answer(partial(services.cancel, booking=booking, by=booking.member, now=NOW), "freed")


def answer(act: partial[Booking], done: str) -> str:
    try:
        act()
    except Refused as refused:
        return ", ".join(reason.code for reason in refused.reasons)
    return done


# --- the scenes ----------------------------------------------------------------------------------


def workers_beside_each_other() -> dict[str, int]:
    """Many workers offer two machines to many members at the same moment."""
    people_who_wait(RACERS, 2)
    race([work] * (RACERS // 2))
    return {}


def one_offer_taken_by_all() -> dict[str, int]:
    """The same button, pressed in many windows."""
    return race([partial(take, an_offer())] * RACERS)


def taken_and_lapsing() -> dict[str, int]:
    offer = an_offer()
    return race([partial(take, offer), lapse])


def taken_left_and_withdrawn() -> dict[str, int]:
    offer = an_offer()
    race([partial(take, offer), partial(leave, offer), partial(withdraw, offer)])
    return {}


def freed_by_all() -> dict[str, int]:
    """Everybody cancels at once; what follows each commit offers to those who wait."""
    wishes, machines = people_who_wait(RACERS // 2, RACERS // 2)
    holders, _more = people_and_machines(RACERS // 2, 0)
    bookings = [
        services.book(
            member=holder, machine=machine, starts=AT_14, ends=AT_14 + HOUR, by=holder, now=NOW
        )
        for holder, machine in zip(holders, machines, strict=True)
    ]
    freed = race([partial(cancel, booking) for booking in bookings])
    offer_everywhere(now=NOW)
    return freed | {"wishes": len(wishes)}


def an_offer() -> Booking:
    people_who_wait(2, 1)
    assert offer_everywhere(now=NOW) == 1
    return Booking.objects.select_related("wait", "member").get(state=Booking.State.OFFERED)


def on_the_waitlist() -> dict[str, int]:
    """What stands after the race: offers, served wishes, and whatever hangs."""
    return {
        "offers": Booking.objects.filter(state=Booking.State.OFFERED).count(),
        "served": Wait.objects.filter(state=Wait.State.SERVED).count(),
        "stuck": len(stuck_offers(NOW)),
    }


SCENES = {
    scene.__name__: scene
    for scene in (
        workers_beside_each_other,
        one_offer_taken_by_all,
        taken_and_lapsing,
        taken_left_and_withdrawn,
        freed_by_all,
    )
}

if __name__ == "__main__":
    played = SCENES[sys.argv[1]]()
    print(json.dumps({**in_the_table(), **on_the_waitlist(), **played}))
