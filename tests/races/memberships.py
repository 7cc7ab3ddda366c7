"""Races of one member with themselves, in as many tabs, about their membership.

`python -m tests.races.memberships NAME`, as tests.races.scenes.
"""

import json
import sys
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from uuid import uuid4

import django

django.setup()

from members.models import AccessEpoch, Member, Membership, Plan, Space  # noqa: E402
from members.services.day_passes import give_day_passes, use_day_pass  # noqa: E402
from members.services.guests import sign_in_guest  # noqa: E402
from members.services.memberships import (  # noqa: E402
    MembershipError,
    renew_membership,
    sign_up_to_plan,
)
from members.services.pauses import start_pause  # noqa: E402
from tests.people import a_member  # noqa: E402
from tests.races import scenes  # noqa: E402
from tests.races.scenes import NOW, race  # noqa: E402

TABS = 8
DAY = timedelta(days=1)


def somebody(**plan: object) -> tuple[Member, Membership]:
    """On a plan of their own for a month."""
    scenes.people_and_machines(0, 1)
    AccessEpoch.objects.get_or_create(pk=1)
    name = f"Race {uuid4().hex[:8]}"
    row = Plan.objects.create(name=name, slug=name.lower().replace(" ", "-"), months=1, **plan)
    member = a_member(name, plan=None, email=f"{row.slug}@example.org")
    membership = sign_up_to_plan(
        member=member, plan=row, starts=NOW, until=NOW + 30 * DAY, by=None, now=NOW
    )
    return member, membership


def tried(act: Callable[[], object]) -> str:
    try:
        act()
    except MembershipError:
        return "refused"
    return "done"


def renew(row: Membership, by: Member) -> str:
    return tried(lambda: renew_membership(membership=row, by=by, now=NOW, due=row.due))


def pause(row: Membership, by: Member, days: int) -> str:
    starts, until = NOW + DAY, NOW + (2 + days) * DAY
    return tried(
        lambda: start_pause(membership=row, starts=starts, until=until, why="", by=by, now=NOW)
    )


def bring(host: Member, number: int) -> str:
    space = Space.objects.get(slug="race")
    name = f"Guest {number}"
    return tried(lambda: sign_in_guest(host=host, space=space, name=name, by=host, now=NOW))


# --- the scenes ----------------------------------------------------------------------------------


def renew_twice() -> dict[str, int]:
    """From one page, in eight tabs."""
    _member, row = somebody()
    (staff,), _machines = scenes.people_and_machines(1, 1)
    outcome = race([partial(renew, row, staff) for _tab in range(TABS)])
    due = row.due
    row.refresh_from_db()
    return {**outcome, "days": (row.due - due).days if row.due and due else 0}


def pause_twice() -> dict[str, int]:
    """Eight pauses that overlap, each for other days."""
    member, row = somebody(pause_days=60)
    outcome = race([partial(pause, row, member, days) for days in range(TABS)])
    return {**outcome, "pauses": member.pauses.count()}


def use_one_pass() -> dict[str, int]:
    """One pass, for eight different days."""
    scenes.people_and_machines(0, 1)
    name = f"Day {uuid4().hex[:8]}"
    plan = Plan.objects.create(name=name, slug=name.lower().replace(" ", "-"), kind=Plan.Kind.DAY)
    member, staff = (
        a_member(f"{name} {i}", plan=None, email=f"{plan.slug}-{i}@example.org") for i in range(2)
    )
    (one,) = give_day_passes(member=member, plan=plan, count=1, expires=None, by=staff, now=NOW)

    def use(number: int) -> str:
        day = (NOW + number * DAY).date()
        return tried(lambda: use_day_pass(day_pass=one, day=day, by=member, now=NOW))

    outcome = race([partial(use, number) for number in range(TABS)])
    return {**outcome, "days": member.memberships.count()}


def bring_too_many() -> dict[str, int]:
    """Eight guests at once, where three a month may come."""
    member, _row = somebody(guests_a_month=3)
    outcome = race([partial(bring, member, number) for number in range(TABS)])
    return {**outcome, "guests": member.guests.count()}


SCENES = {
    scene.__name__: scene for scene in (renew_twice, pause_twice, use_one_pass, bring_too_many)
}

if __name__ == "__main__":
    print(json.dumps(SCENES[sys.argv[1]]()))
