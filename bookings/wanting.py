"""What one may ask for: a machine, or any of a kind in a space. Reads and names; judges nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from urllib.parse import quote

from django.urls import reverse
from django.utils.translation import gettext as _

from bookings.rules import Slot
from equipment.models import Machine, ToolClass
from equipment.words import Told
from members.models import Space

ANY = "any"
TAKEN = frozenset({"taken", "taken-for-long", "shared-taken", "waitlist-only"})


@dataclass(frozen=True, slots=True)
class Target:
    """The machines that would do; without a `machine` it is any of the kind."""

    machines: tuple[Machine, ...]
    machine: Machine | None = None

    @property
    def tool_class(self) -> ToolClass:
        return self.machines[0].tool_class

    @property
    def space(self) -> Space:
        return self.machines[0].space

    @property
    def value(self) -> str:
        """As a form sends it."""
        return self.machine.slug if self.machine else any_of(self.space, self.tool_class)

    def __str__(self) -> str:
        return str(self.machine) if self.machine else any_of_kind(self.tool_class)


def any_of(space: Space, tool_class: ToolClass) -> str:
    return f"{ANY}:{space.slug}:{tool_class.slug}"


def any_of_kind(tool_class: ToolClass) -> str:
    return _("%(kind)s (any)") % {"kind": tool_class.name}


def targets() -> dict[str, Target]:
    """All there is to ask for, by its value; one statement."""
    rows = Machine.objects.filter(retired_at=None)
    rows = rows.select_related("tool_class__requires", "space")
    kinds: dict[tuple[int, int], list[Machine]] = {}
    for machine in rows.order_by("space", "tool_class__order", "tool_class", "name"):
        kinds.setdefault((machine.space_id, machine.tool_class_id), []).append(machine)
    found = [
        target
        for machines in kinds.values()
        for target in (
            Target(tuple(machines)),
            *(Target((machine,), machine) for machine in machines),
        )
    ]
    return {target.value: target for target in found}


def choices(asked: Mapping[str, Target]) -> list[tuple[str, list[tuple[str, str]]]]:
    """For a select: a group for each kind, which says its space where there are several."""
    spaces = {target.space.pk for target in asked.values()}
    groups: dict[str, list[tuple[str, str]]] = {}
    for value, target in asked.items():
        kind = target.tool_class.name
        group = f"{kind}, {target.space}" if len(spaces) > 1 else kind
        groups.setdefault(group, []).append((value, str(target)))
    return list(groups.items())


def wait_url(what: str, slot: Slot, ends: datetime | None = None) -> str:
    """The form of the waitlist, filled in: for the slot, or for as long anywhere until `ends`."""
    minutes = int(slot.length.total_seconds()) // 60
    starts, until = quoted(slot.starts), quoted(ends or slot.ends)
    return f"{_form()}?what={quoted(what)}&starts={starts}&ends={until}&minutes={minutes}"


@lru_cache(4096)
def quoted(value: datetime | str) -> str:
    """As it stands in an address; boards say the same moments very often."""
    return quote(value if isinstance(value, str) else value.isoformat(), safe="")


@cache
def _form() -> str:
    """Asked for once: a board links here from every cell that is taken."""
    return reverse("bookings:wait_create")


def worth_waiting(refusals: Iterable[Told]) -> bool:
    """Whether others have it, or it is to be had by waiting only."""
    return any(told.code in TAKEN for told in refusals)


def with_features(machines: Iterable[Machine], features: Iterable[str]) -> list[Machine]:
    """Those of the machines that have all these features, by slug; one statement, or none."""
    machines, slugs = list(machines), list(features)
    if not slugs:
        return machines
    rows = Machine.objects.filter(pk__in=[machine.pk for machine in machines])
    for slug in slugs:
        rows = rows.filter(features__slug=slug)
    fitting = set(rows.values_list("pk", flat=True))
    return [machine for machine in machines if machine.pk in fitting]
