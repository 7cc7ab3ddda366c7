"""What a machine has and how it is minded, as whoever takes care of it says."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from equipment.models import Feature, Machine
from members.models import AccessEpoch, Member
from members.services import record

SENSING = ("feedback", "run_above_ma", "idle_seconds", "finish_fixed_seconds")


class SensingError(Exception):
    """It cannot be sensed like that; the text says what to write instead."""


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


@transaction.atomic
def set_sensing(
    *,
    machine: Machine,
    feedback: str,
    run_above_ma: int,
    idle_seconds: int,
    finish_fixed_seconds: int,
    by: Member,
    now: datetime,
) -> Machine:
    """Say how it knows that a job runs. The same again changes nothing and leaves no trace.

    Whoever is at it keeps the threshold they began with. Less counts at once: a job that is not
    looked for any more gets no time to finish. Raises SensingError.
    """
    if feedback == Machine.Feedback.CURRENT and run_above_ma == 0:
        raise SensingError(_("Write from how many milliamperes on a job runs: more than 0."))
    machine = Machine.objects.select_for_update(no_key=True).get(pk=machine.pk)
    before = _sensing(machine)
    machine.feedback, machine.run_above_ma = feedback, run_above_ma
    machine.idle_seconds, machine.finish_fixed_seconds = idle_seconds, finish_fixed_seconds
    if (after := _sensing(machine)) == before:
        return machine
    machine.save(update_fields=SENSING)
    record(actor=by, verb="set_sensing", subject=machine, at=now, before=before, after=after)
    AccessEpoch.bump()
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


def _sensing(machine: Machine) -> dict[str, object]:
    return {name: getattr(machine, name) for name in SENSING}
