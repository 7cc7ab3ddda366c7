"""Taking a machine off the board for a while that is known beforehand, such as a service visit."""

import uuid
from collections.abc import Collection
from datetime import datetime

from equipment.models import Machine, MachineClosure
from members.models import Member
from members.services.closures import Stretch, begin, change_closure, remove_closure, replace

__all__ = [
    "Stretch",
    "change_closure",
    "close_machine",
    "remove_closure",
    "replace_machine_closures",
]


def close_machine(
    *,
    machine: Machine,
    starts: datetime,
    ends: datetime,
    reason: str,
    by: Member | None,
    now: datetime,
) -> MachineClosure:
    """Not to be booked for [starts, ends). Bookings in it stay; their members are asked."""
    closure = MachineClosure(machine=machine, starts=starts, ends=ends, reason=reason)
    return begin(closure, "close_machine", by=by, now=now)


def replace_machine_closures(
    *, source: uuid.UUID, machine: Machine, stretches: Collection[Stretch], now: datetime
) -> int:
    """Make the machine's closures of an outside calendar equal `stretches`; how many rows changed.

    What is over stays as history, and what is unchanged keeps its row. Twice is once.
    """
    rows = MachineClosure.objects.filter(machine=machine, source=source)
    owner = {"machine": machine, "source": source}
    return replace(rows, owner, stretches, subject=machine, now=now)
