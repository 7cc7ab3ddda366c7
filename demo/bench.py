"""What one does at the bench of /demo/: badges, buttons, cables, and two minutes on Alice's phone.

Every act goes the real way: to the simulated device's control port and from there over MQTT, to the
supervisor, or through the services. It decides nothing about who may use the machine.
"""

import time
import zoneinfo
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta, tzinfo
from typing import Any

from django.db import transaction

from bookings.models import Booking
from bookings.services import book
from demo.control import NotRunning, Status, ask, processes
from demo.data.people import BADGES, LOGINS, STRANGER
from demo.data.place import BENCH, DESK_READER, ZONE
from equipment.models import Lockout, Machine
from equipment.services import clear_lockout
from members.models import AccessEpoch, Member

GATEKEEPER = "gatekeeper"
TRIAL = timedelta(minutes=2)
MINUTE = timedelta(minutes=1)
SECONDS_LEFT = timedelta(seconds=8)  # after “Time is up”: enough to see it coming
ANSWER_WITHIN = 0.5  # seconds an act waits for what it causes, so that the page shows it at once


def act(do: str, now: datetime) -> None:
    """Does one thing of ACTS. Refused where Alice may not book, OSError where nobody listens."""
    ACTS[do](now)


def status() -> Status | None:
    """What the device says of itself, or None where none runs."""
    with suppress(NotRunning, OSError, KeyError):
        return ask(_device_port(), "status")
    return None


def gatekeeper_is_up() -> bool:
    with suppress(NotRunning, OSError, KeyError):
        return bool(_supervise("status")[GATEKEEPER]["up"])
    return False


def bench() -> Machine | None:
    machines = Machine.objects.select_related("space", "tool_class__requires")
    return machines.filter(slug=BENCH).first()


def zone() -> tzinfo:
    return zoneinfo.ZoneInfo(ZONE)


def alices_booking(machine: Machine, now: datetime) -> Booking | None:
    """The one she may tap for now, be it a little early."""
    early = timedelta(minutes=machine.tool_class.early_start_minutes)
    claims = Booking.objects.standing(now).filter(machine=machine, ends__gt=now)
    hers = claims.filter(member__name=LOGINS["alice"], starts__lte=now + early)
    return hers.order_by("starts").first()


def next_trial(machine: Machine, now: datetime) -> datetime:
    """When the next two free minutes begin: the coming minute, or after what is booked."""
    starts = now.replace(second=0, microsecond=0) + MINUTE
    taken = Booking.objects.standing(now).filter(machine=machine, blocked_until__gt=starts)
    for booking in taken.order_by("starts"):
        if booking.starts < starts + TRIAL:
            starts = max(starts, _full_minute(booking.blocked_until))
    return starts


def _tap(badge: str, device: str = BENCH) -> Callable[[datetime], None]:
    def tap(_now: datetime) -> None:
        port = _device_port(device)
        said = ask(port, "tap", badge=badge)["answer"]
        deadline = time.monotonic() + ANSWER_WITHIN
        while said is None and time.monotonic() < deadline:
            time.sleep(0.01)
            said = ask(port, "status")["answer"]

    return tap


def _order(do: str, **details: object) -> Callable[[datetime], None]:
    """One order to the device."""

    def order(_now: datetime) -> None:
        ask(_device_port(), do, **details)

    return order


def _book_two_minutes(now: datetime) -> None:
    machine, alice = _machine(), _person("alice")
    starts = next_trial(machine, now)
    book(member=alice, machine=machine, starts=starts, ends=starts + TRIAL, by=alice, now=now)


@transaction.atomic
def _cut_short(now: datetime) -> None:
    """Alice's booking ends in a few seconds. No page sells seconds, so the row is changed here."""
    booking = alices_booking(_machine(), now)
    if booking is not None and booking.ends > now + SECONDS_LEFT:
        booking.starts, booking.updated_at = min(booking.starts, now), now
        booking.ends = booking.blocked_until = now + SECONDS_LEFT
        booking.save(update_fields=["starts", "ends", "blocked_until", "updated_at"])
        AccessEpoch.bump()


def _repair(now: datetime) -> None:
    """What staff do after a contactor stuck: free it, clear the lockout, switch off and on."""
    for lockout in Lockout.objects.filter(machine=_machine(), cleared_at=None):
        clear_lockout(lockout=lockout, by=_person("priya"), now=now)
    ask(_device_port(), "unweld")
    ask(_device_port(), "reboot")


def _process(do: str) -> Callable[[datetime], None]:
    """Kills (-9) or starts the gatekeeper."""

    def order(_now: datetime) -> None:
        _supervise(do, name=GATEKEEPER)

    return order


ACTS: dict[str, Callable[[datetime], None]] = {
    **{f"tap-{first}": _tap(badge) for first, badge in BADGES.items()},
    "tap-stranger": _tap(STRANGER),
    "tap-desk": _tap(STRANGER, DESK_READER),
    "book": _book_two_minutes,
    "start": _order("start"),
    "finish": _order("finish"),
    "time-up": _cut_short,
    "weld": _order("weld"),
    "repair": _repair,
    "unplug": _order("network", up=False),
    "plug": _order("network", up=True),
    "kill": _process("kill"),
    "revive": _process("start"),
}


def _device_port(device: str = BENCH) -> int:
    return int(processes()["devices"][device])


def _supervise(do: str, **details: object) -> dict[str, Any]:
    return ask(int(processes()["control"]), do, **details)


def _machine() -> Machine:
    return Machine.objects.get(slug=BENCH)


def _person(first: str) -> Member:
    return Member.objects.get(name=LOGINS[first])


def _full_minute(moment: datetime) -> datetime:
    floor = moment.replace(second=0, microsecond=0)
    return floor if floor == moment else floor + MINUTE
