"""Races for the last seat, and of one member with themselves at a test.

`python -m tests.races.inductions NAME`, as tests.races.scenes.
"""

import json
import sys
from datetime import timedelta
from functools import partial
from uuid import uuid4

import django

django.setup()

from equipment.models import CertificationType, TheoryPass  # noqa: E402
from members.models import Member, Space  # noqa: E402
from tests.races import scenes  # noqa: E402
from tests.races.scenes import HOUR, NOW, race  # noqa: E402
from training import services  # noqa: E402
from training.models import (  # noqa: E402
    Attendee,
    Induction,
    TheoryAttempt,
    TheoryQuestion,
    TheoryTest,
)
from training.records import asked_of  # noqa: E402
from training.services import sitting  # noqa: E402

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


# --- theory --------------------------------------------------------------------------------------


def a_test(certifier: Member) -> TheoryTest:
    """One question, of a certification of its own."""
    name = f"Race {uuid4().hex[:8]}"
    test = TheoryTest.objects.create(
        type=CertificationType.objects.create(name=name, slug=name.lower().replace(" ", "-")),
        asked=1,
        published_at=NOW,
    )
    TheoryQuestion.objects.create(
        test=test, text="Which?", choices=["this", "that"], right=[0], written_at=NOW
    )
    return test


def begin(test: TheoryTest, member: Member) -> str:
    return str(sitting.begin_test(test=test, member=member, now=NOW).public_id)


def finish(attempt: TheoryAttempt, sent: dict[int, list[int]]) -> str:
    done = sitting.finish_test(attempt=attempt, sent=sent, now=NOW + timedelta(minutes=1))
    return f"{done.right} right"


def begin_twice() -> dict[str, int]:
    """From six tabs at once: one sitting."""
    (certifier, member), _machines = scenes.people_and_machines(2, 1)
    test = a_test(certifier)
    outcome = race([partial(begin, test, member) for _tab in range(6)])
    return {"different": len(outcome), "sittings": test.attempts.count()}


def finish_twice() -> dict[str, int]:
    """With what is right and with nothing, from six tabs: one of them counts, and one pass."""
    (certifier, member), _machines = scenes.people_and_machines(2, 1)
    test = a_test(certifier)
    attempt = sitting.begin_test(test=test, member=member, now=NOW)
    (asked,) = asked_of(attempt)
    right = {asked.id: asked.places({0})}
    outcome = race([partial(finish, attempt, right) for _tab in range(6)])
    passes = TheoryPass.objects.filter(member=member, type=test.type).count()
    return {**outcome, "passes": passes}


SCENES = {
    scene.__name__: scene for scene in (last_seat, as_many_leave_as_wait, begin_twice, finish_twice)
}

if __name__ == "__main__":
    print(json.dumps(SCENES[sys.argv[1]]()))
