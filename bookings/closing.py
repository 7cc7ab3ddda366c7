"""What staff can close, a space or one machine of it, and whose bookings that would hit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse

from bookings.causes import HIT, Shelf, Span
from bookings.models import Booking
from equipment.models import Machine, MachineClosure
from equipment.services.closures import close_machine
from members.models import Closure, Member, Space
from members.services.closures import Stretch, change_closure, close_space

AnyClosure = Closure | MachineClosure
MOST_LISTED = 60


@dataclass(frozen=True, slots=True)
class Place:
    """`machine` None: the whole space."""

    space: Space
    machine: Machine | None = None

    @classmethod
    def of(cls, closure: AnyClosure) -> "Place":
        if isinstance(closure, MachineClosure):
            return cls(closure.machine.space, closure.machine)
        return cls(closure.space)

    def __str__(self) -> str:
        return str(self.machine or self.space)

    @property
    def url(self) -> str:
        """Where its closures are listed."""
        if self.machine is not None:
            return reverse("bookings:machine_closures", args=[self.machine.slug])
        return reverse("bookings:hours_show", args=[self.space.slug])

    @property
    def new_url(self) -> str:
        if self.machine is not None:
            return reverse("bookings:machine_closure_create", args=[self.machine.slug])
        return reverse("bookings:closure_create", args=[self.space.slug])

    def closures(self, now: datetime) -> QuerySet[Closure] | QuerySet[MachineClosure]:
        """Those that are not over."""
        if self.machine is not None:
            return self.machine.closures.filter(ends__gt=now).order_by("starts")
        return self.space.closures.filter(ends__gt=now).order_by("starts")

    def hit_by(self, stretches: Sequence[Stretch], now: datetime) -> Sequence[Booking]:
        """The bookings ahead whose members would have to choose something else."""
        if not stretches:
            return []
        starts, ends = min(each.starts for each in stretches), max(each.ends for each in stretches)
        machines = [self.machine] if self.machine else self.space.machines.all()
        rows = Booking.objects.standing(now).filter(
            machine__in=machines, blocked_until__gt=starts, starts__gt=now, starts__lt=ends
        )
        rows = rows.filter(state__in=HIT).exclude(purpose=Booking.Purpose.MAINTENANCE)
        shelf = Shelf(Span(each.starts, each.ends, 0, each.reason) for each in stretches)
        return [
            row
            for row in rows.select_related("member", "machine").order_by("starts")
            if shelf.touching(row.starts, row.ends)
        ]

    def close(self, stretch: Stretch, *, by: Member, now: datetime) -> AnyClosure:
        if self.machine is not None:
            return close_machine(machine=self.machine, **stretch._asdict(), by=by, now=now)
        return close_space(space=self.space, **stretch._asdict(), by=by, now=now)


def put(
    place: Place, closure: AnyClosure | None, stretch: Stretch, *, by: Member, now: datetime
) -> None:
    """Close the place anew, or move an old closure of it. The same form sent twice is once."""
    if closure is not None:
        change_closure(closure=closure, **stretch._asdict(), by=by, now=now)
    elif not place.closures(now).filter(source=None, **stretch._asdict()).exists():
        place.close(stretch, by=by, now=now)
