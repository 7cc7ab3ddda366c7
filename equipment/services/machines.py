"""What a machine has and how it is minded, as whoever takes care of it says."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.text import slugify

from equipment.models import Feature, Machine
from members.models import Member
from members.services import record


@transaction.atomic
def set_up_machine(
    *,
    machine: Machine,
    features: Collection[Feature],
    releases_no_shows: bool,
    by: Member,
    now: datetime,
    new_feature: str = "",
) -> Machine:
    """Say which features it has, perhaps one that is new here, and whether no-shows are released.

    The same again changes nothing and leaves no trace.
    """
    machine = Machine.objects.select_for_update(no_key=True).get(pk=machine.pk)
    before = _as_told(machine)
    added = [feature_named(new_feature)] if new_feature.strip() else []
    machine.features.set([*features, *added])
    machine.releases_no_shows = releases_no_shows
    machine.save(update_fields=["releases_no_shows"])
    if (after := _as_told(machine)) != before:
        record(actor=by, verb="set_up_machine", subject=machine, at=now, before=before, after=after)
    return machine


def feature_named(name: str) -> Feature:
    """The one of that name, however it is capitalised; made where there is none."""
    name = " ".join(name.split())
    if known := Feature.objects.filter(name__iexact=name).first():
        return known
    slug = slugify(name)[:30] or "feature"
    taken = set(Feature.objects.filter(slug__startswith=slug).values_list("slug", flat=True))
    free = next(s for s in (slug, *(f"{slug}-{n}" for n in range(2, 99_999))) if s not in taken)
    return Feature.objects.create(name=name, slug=free)


def _as_told(machine: Machine) -> dict[str, object]:
    names = machine.features.order_by("name").values_list("name", flat=True)
    return {"features": list(names), "releases_no_shows": machine.releases_no_shows}
