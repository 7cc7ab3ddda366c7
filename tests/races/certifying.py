"""Races about certifications: `python -m tests.races.certifying NAME`, as tests.races.scenes."""

import json
import sys
import tempfile
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import uuid4

import django

django.setup()

from django.conf import settings  # noqa: E402

from equipment.ladder import Need, circle  # noqa: E402
from equipment.models import Certification, CertificationType, Suspension  # noqa: E402
from equipment.services import Uncertifiable  # noqa: E402
from equipment.services.attachments import Unattachable, attach  # noqa: E402
from equipment.services.certification_types import (  # noqa: E402
    TypeFacts,
    TypeRefused,
    save_type,
)
from equipment.services.certifications import Terms  # noqa: E402
from equipment.services.grants import certify_many  # noqa: E402
from equipment.services.suspensions import suspend_certification  # noqa: E402
from equipment.standings import read_graph  # noqa: E402
from members.models import Member, Role  # noqa: E402
from tests.equipment.files import an_upload  # noqa: E402
from tests.races import scenes  # noqa: E402
from tests.races.scenes import NOW, race  # noqa: E402

SECOND = timedelta(seconds=1)


def staff(number: int) -> list[Member]:
    people, _machines = scenes.people_and_machines(number, 1)
    Role.objects.bulk_create(Role(member=person, kind=Role.Kind.STAFF) for person in people)
    return people


def a_type() -> CertificationType:
    name = f"Race {uuid4().hex[:8]}"
    return CertificationType.objects.create(name=name, slug=name.lower().replace(" ", "-"))


def give(people: list[Member], type: CertificationType, by: Member, late: int) -> str:
    """How many this certifier certified; their clocks differ by a few seconds."""
    answers = certify_many(people=people, terms=Terms(type, 2), by=by, now=NOW + late * SECOND)
    return f"gave {sum(answer.given is not None for answer in answers)}"


def suspend(member: Member, type: CertificationType, by: Member) -> str:
    try:
        suspend_certification(member=member, type=type, why="A fire", by=by, now=NOW)
    except Uncertifiable:
        return "suspended already"
    return "suspended"


def keep(certification: Certification, by: Member) -> str:
    try:
        attach(certification=certification, upload=an_upload(), by=by, now=NOW)
    except Unattachable:
        return "one too many"
    return "kept"


def ask_for(type: CertificationType, needed: CertificationType, by: Member) -> str:
    facts = TypeFacts(type.name, needs=(Need(needed.slug),))
    try:
        save_type(type=type, facts=facts, by=by, now=NOW)
    except TypeRefused:
        return "a circle"
    return "saved"


# --- the scenes ----------------------------------------------------------------------------------


def same_people() -> dict[str, int]:
    """Four certify the same six, each with the list in an order of their own."""
    certifiers, type = staff(4), a_type()
    people, _machines = scenes.people_and_machines(6, 1)
    racers = [
        partial(give, people[turn:] + people[:turn], type, certifier, turn)
        for turn, certifier in enumerate(certifiers)
    ]
    return {**race(racers), "held": Certification.objects.filter(type=type).count()}


def one_suspension() -> dict[str, int]:
    certifiers, type = staff(7), a_type()
    member = certifiers.pop()
    outcome = race([partial(suspend, member, type, certifier) for certifier in certifiers])
    return {**outcome, "standing": Suspension.objects.filter(type=type).count()}


def last_file() -> dict[str, int]:
    certifiers, type = staff(9), a_type()
    member = certifiers.pop()
    held = Certification.objects.create(member=member, type=type, given_at=NOW)
    with tempfile.TemporaryDirectory() as folder:
        settings.MEDIA_ROOT = folder
        outcome = race([partial(keep, held, certifier) for certifier in certifiers])
        on_disk = len(list((Path(folder) / "attachments").iterdir()))
    return {**outcome, "rows": held.attachments.count(), "on disk": on_disk}


def two_halves_of_a_circle() -> dict[str, int]:
    (one, other), saw, lathe = staff(2), a_type(), a_type()
    outcome = race([partial(ask_for, saw, lathe, one), partial(ask_for, lathe, saw, other)])
    return {**outcome, "circles": len(circle(read_graph(), saw.slug))}


SCENES = {
    scene.__name__: scene
    for scene in (same_people, one_suspension, last_file, two_halves_of_a_circle)
}

if __name__ == "__main__":
    print(json.dumps(SCENES[sys.argv[1]]()))
