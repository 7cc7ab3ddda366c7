"""Races for the last seat: `python -m tests.races.inductions NAME`, as tests.races.scenes."""

import json
import sys
from datetime import timedelta
from functools import partial
from uuid import uuid4

import django

django.setup()

from equipment.models import CertificationType  # noqa: E402
from members.models import Member, Space  # noqa: E402
from tests.races import scenes  # noqa: E402
from tests.races.scenes import HOUR, NOW, race  # noqa: E402
from training import services  # noqa: E402
from training.models import Attendee, Induction  # noqa: E402

STARTS = NOW + timedelta(days=3)


def an_induction(certifier: Member, space: Space, capacity: int) -> Induction:
    name = f"Race {uuid4().hex[:8]}"
    return Induction.objects.create(
        space=space,
        type=CertificationType.objects.create(name=name, slug=name.lower().replace(" ", "-")),
        certifier=certifier,
        title=name,
        starts=STARTS,
        ends=STARTS + HOUR,
        closes_at=STARTS,
        cancel_until=STARTS,
        capacity=capacity,
        created_at=NOW,
    )


def take(member: Member, induction: Induction) -> str:
    return services.sign_up(induction=induction, member=member, by=member, now=NOW).state


def leave(place: Attendee) -> str:
    return services.withdraw(attendee=place, by=place.member, now=NOW).state


# --- the scenes ----------------------------------------------------------------------------------


def last_seat() -> dict[str, int]:
    (certifier, *members), (machine,) = scenes.people_and_machines(9, 1)
    induction = an_induction(certifier, machine.space, 1)
    outcome = race([partial(take, member, induction) for member in members])
    return {**outcome, "seated": induction.attendees.seated().count()}


def as_many_leave_as_wait() -> dict[str, int]:
    (certifier, *members), (machine,) = scenes.people_and_machines(9, 1)
    induction = an_induction(certifier, machine.space, 4)
    for member in members:
        take(member, induction)
    places = induction.attendees.seated().select_related("member", "induction")
    outcome = race([partial(leave, place) for place in places])
    return {**outcome, "seated": induction.attendees.seated().count()}


SCENES = {scene.__name__: scene for scene in (last_seat, as_many_leave_as_wait)}

if __name__ == "__main__":
    print(json.dumps(SCENES[sys.argv[1]]()))
