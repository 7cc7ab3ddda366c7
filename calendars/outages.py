"""When the machines of a space cannot be used, as entries: lockouts and closures.

Bookings for maintenance are told beside them, by calendars.claims.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.db.models import Count, Max, Model, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from calendars.entries import place
from calendars.ics import Entry
from calendars.window import DAY, Window
from equipment.models import Lockout, Machine, MachineClosure
from members.models import Change, Closure, Space


def entries(space: Space, window: Window, *, says_why: bool) -> list[Entry]:
    """By their start, in six queries. What staff wrote about one may name people."""
    found = [
        *_lockouts(space, window),
        *_machine_closures(space, window),
        *_closures(space, window),
    ]
    told = found if says_why else [replace(entry, description="") for entry in found]
    return sorted(told, key=lambda entry: (entry.starts, entry.uid))


def _lockouts(space: Space, window: Window) -> Iterator[Entry]:
    """One that stands goes on until it is expected to end, and at least until tonight."""
    recent = Q(cleared_at=None) | Q(cleared_at__gt=window.starts)
    rows = Lockout.objects.filter(recent, machine__space=space, since__lt=window.ends)
    lockouts = list(rows.select_related("machine__space"))
    history = _history(Lockout, [lockout.pk for lockout in lockouts])
    for lockout in lockouts:
        expected = lockout.expected_until or window.tonight
        days = (lockout.cleared_at or window.tonight) - lockout.since
        changes, changed_at = history.get(lockout.pk, (1, lockout.since))
        yield Entry(
            uid=_uid("lockouts", lockout.pk),
            # Its end moves with every day it stands, and back when it is cleared: two for a change
            # outweigh the day that then no longer counts.
            sequence=2 * (changes - 1) + days // DAY,
            starts=lockout.since,
            ends=lockout.cleared_at or max(expected, window.tonight),
            updated_at=lockout.cleared_at or max(changed_at, window.tonight - DAY),
            status="CONFIRMED",
            summary=_("Locked out: %s") % lockout.machine.name,
            description=lockout.why,
            is_busy=False,
            **_where(lockout.machine),
        )


def _machine_closures(space: Space, window: Window) -> Iterator[Entry]:
    rows = MachineClosure.objects.touching(window.starts, window.ends)
    closures = list(rows.filter(machine__space=space).select_related("machine__space"))
    history = _history(MachineClosure, [closure.pk for closure in closures])
    for closure in closures:
        yield Entry(
            uid=_uid("machine-closures", closure.pk),
            summary=_("Closed: %s") % closure.machine.name,
            **_where(closure.machine),
            **_shut(closure, history, window),
        )


def _closures(space: Space, window: Window) -> Iterator[Entry]:
    closures = list(Closure.objects.touching(window.starts, window.ends).filter(space=space))
    history = _history(Closure, [closure.pk for closure in closures])
    for closure in closures:
        yield Entry(
            uid=_uid("closures", closure.pk),
            summary=_("Closed: %s") % space.name,
            location=", ".join(part for part in (space.name, space.address) if part),
            **_shut(closure, history, window),
        )


def _shut(closure: Any, history: dict[int, tuple[int, datetime]], window: Window) -> dict[str, Any]:
    """What closures of either kind have in common. One of an outside calendar never changes: it is
    replaced by another.
    """
    unknown = 1, min(closure.starts, window.tonight - DAY)
    changes, changed_at = history.get(closure.pk, unknown)
    return {
        "sequence": changes - 1,
        "starts": closure.starts,
        "ends": closure.ends,
        "updated_at": changed_at,
        "status": "CONFIRMED",
        "description": closure.reason,
        "is_busy": False,
    }


def _where(machine: Machine) -> dict[str, Any]:
    page = reverse("desk:machine", args=[machine.slug])
    return {"location": place(machine), "url": settings.BASE_URL + page}


def _history(model: type[Model], ids: Collection[int]) -> dict[int, tuple[int, datetime]]:
    """How often each was written down, and when last; these rows carry no version themselves."""
    changes = Change.objects.filter(subject_kind=model._meta.label, subject_id__in=ids)
    counted = changes.values("subject_id").annotate(count=Count("pk"), last=Max("at")).order_by()
    return {row["subject_id"]: (row["count"], row["last"]) for row in counted}


def _uid(noun: str, pk: int) -> str:
    """The same for as long as this installation keeps its address."""
    return str(uuid5(NAMESPACE_URL, f"{settings.BASE_URL}/{noun}/{pk}"))
