"""What the rules are told of a member and a machine, read in one statement on both databases."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from pytest_django import DjangoAssertNumQueries

from bookings.facts import facts_for, know
from bookings.models import Booking, PlanLimit, PolicyWindow, Question
from bookings.rules import Facts, Slot
from bookings.rules.facts import Limit
from bookings.rules.facts import Question as Asked
from bookings.rules.hours import every_day
from equipment import eligibility
from equipment.facts import facts_for as judged_by
from equipment.models import Certification, MachineClosure, Shared, Suspension
from members.models import Pause, Plan, StaffedHours
from tests.bookings.people import AT_14, HOUR, MINUTE
from tests.people import NOW, World

DAY = timedelta(days=1)
SLOT = Slot(AT_14, AT_14 + HOUR)


def facts(world: World, *, changing: Booking | None = None) -> Facts:
    world.tool_class.refresh_from_db()
    known = know(
        member_id=world.alice.pk,
        machines=[world.router],
        starts=SLOT.starts,
        ends=SLOT.ends,
        now=NOW,
        changing=changing,
    )
    return known.facts(world.router)


def was(world: World, starts: datetime, state: str = "done", **fields: object) -> Booking:
    """A booking of Alice's as it stands in the table, however it came to be."""
    given: dict[str, object] = {
        "member": world.alice,
        "machine": world.router,
        "starts": starts,
        "ends": starts + HOUR,
        "blocked_until": starts + HOUR,
        "state": state,
        "holds": state in Booking.OPEN,
        "created_at": starts - 10 * DAY,
        "updated_at": starts - 10 * DAY,
    }
    return Booking.objects.create(**given | fields)


def limit(world: World, measure: str, period: str, amount: int = 9, **fields: object) -> PlanLimit:
    given: dict[str, object] = {"tool_class": world.tool_class, "measure": measure}
    given["period"] = period
    return PlanLimit.objects.create(**given | {"amount": amount} | fields)


def everything(world: World) -> None:
    """One of each thing that the rules may be told of."""
    limit(world, "minutes", "year", plan=world.plan, opens=time(18), closes=time(22))
    limit(world, "at-once", "", tool_class=None)
    PolicyWindow.objects.create(
        tool_class=world.tool_class, kind="peak", weekday=1, opens=time(17), closes=time(20)
    )
    PolicyWindow.objects.create(
        tool_class=world.tool_class, kind="free", weekday=6, opens=time(0), closes=time(0)
    )
    PolicyWindow.objects.create(
        tool_class=world.tool_class,
        kind="kept",
        weekday=0,
        opens=time(8),
        closes=time(9),
        plan=world.plan,
    )
    Question.objects.create(tool_class=world.tool_class, text="Material?", order=1)
    StaffedHours.objects.create(space=world.space, weekday=1, opens=time(10), closes=time(18))
    MachineClosure.objects.create(
        machine=world.router, starts=NOW, ends=NOW + 9 * DAY, reason="Service"
    )
    Shared.objects.create(name="Extractor").machines.set([world.router, world.mill])
    was(world, AT_14, state="confirmed", machine=world.mill)
    was(world, NOW - 3 * DAY)


def test_everything_is_read_in_one_statement(
    world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    everything(world)
    machine = world.router
    with django_assert_num_queries(1):
        found = facts_for(member_id=world.alice.pk, machine=machine, slot=SLOT, now=NOW)
    assert {one.measure for one in found.limits} == {"minutes", "at-once"}
    (evenings,) = [one for one in found.limits if one.measure == "minutes"]
    assert evenings.hours == every_day(time(18), time(22))
    assert evenings.plan == "Full"
    assert [peak.percent for peak in found.windows.peaks] == [200]
    assert [hours.weekday for hours in found.windows.free] == [6]
    assert [kept.plan for kept in found.windows.kept] == ["Full"]
    assert [asked.text for asked in found.questions] == ["Material?"]
    assert [(hours.weekday, hours.opens) for hours in found.staffed] == [(1, time(10))]
    assert [shut.reason for shut in found.closures] == ["Service"]
    assert [(one.name, len(one.taken)) for one in found.shared] == [("Extractor", 1)]
    assert [own.starts for own in found.own] == [NOW - 3 * DAY, AT_14]
    assert [plan.plan_id for plan in found.plans] == [world.plan.pk]


def test_what_rests_a_member_reaches_the_rules_as_it_reaches_the_judge(world: World) -> None:
    (membership,) = world.alice.memberships.all()
    for days in (9, 3):
        from_here = {"starts": NOW + days * DAY, "until": NOW + (days + 1) * DAY, "asked_at": NOW}
        Pause.objects.create(member=world.alice, membership=membership, **from_here)
    called_off = {"starts": NOW, "until": NOW + DAY, "called_off_at": NOW}
    Pause.objects.create(member=world.alice, membership=membership, asked_at=NOW, **called_off)
    Suspension.objects.create(
        member=world.alice, type=world.certification, why="unsafe", since=NOW, until=NOW + DAY
    )
    Certification.objects.filter(member=world.alice).update(idle_until=NOW + 2 * DAY)
    known = judged_by(member_id=world.alice.pk, machines=[world.router], now=NOW)
    judge = facts(world).judge
    assert judge == known[world.router.pk]
    assert [pause.starts for pause in judge.pauses] == [NOW + 3 * DAY, NOW + 9 * DAY]
    assert eligibility.missing(judge, NOW)[0].code == "certification-suspended"


@pytest.mark.parametrize(
    ("period", "reached"),
    [("ahead", 0), ("day", 1), ("week", 2), ("month", 3), ("year", 4)],
)
def test_own_bookings_are_read_as_far_back_as_a_quota_looks(
    world: World, period: str, reached: int
) -> None:
    for days in (1, 6, 30, 360):
        was(world, NOW - days * DAY)
    limit(world, "bookings", period)
    assert len(facts(world).own) == reached


def test_a_quota_that_looks_at_nothing_past_reads_nothing_past(world: World) -> None:
    was(world, NOW - DAY)
    limit(world, "bookings", "year", counts_past=False)
    assert facts(world).own == ()


def test_a_quota_of_another_plan_or_kind_reads_nothing(world: World) -> None:
    was(world, NOW - DAY)
    limit(world, "bookings", "year", plan=Plan.objects.create(name="Other", slug="other"))
    assert facts(world).own == ()
    assert facts(world).limits == ()


@pytest.mark.parametrize(
    ("state", "fields", "told"),
    [
        ("done", {}, [True]),
        ("confirmed", {}, [True]),
        ("no-show", {}, [False]),
        ("cancelled", {"late": True}, [False]),
        ("cancelled", {}, []),
        ("lapsed", {}, []),
        ("confirmed", {"lapses_at": NOW - MINUTE}, [False]),  # nobody came, and no one wrote it yet
        ("offered", {"lapses_at": NOW - MINUTE}, []),
        ("offered", {"lapses_at": NOW + MINUTE}, [True]),
        ("done", {"purpose": "maintenance"}, []),
    ],
)
def test_what_stands_and_what_only_counts(
    world: World, state: str, fields: dict[str, object], told: list[bool]
) -> None:
    limit(world, "bookings", "week")
    was(world, NOW - 3 * HOUR, state, **fields)
    assert [own.stands for own in facts(world).own] == told


def test_a_booking_that_is_being_changed_counts_nowhere(world: World) -> None:
    booking = was(world, AT_14, "confirmed")
    found = facts(world, changing=booking)
    assert found.own == found.taken == ()
    assert found.booked_at == booking.created_at


def test_a_booking_made_at_the_last_minute_counts_in_no_quota(world: World) -> None:
    world.tool_class.last_minute_minutes = 30
    world.tool_class.save()
    was(world, AT_14, "confirmed", created_at=AT_14 - 30 * MINUTE)
    was(world, AT_14 + 2 * HOUR, "confirmed", created_at=NOW - DAY)
    assert [own.counts for own in facts(world).own] == [False, True]


def test_peak_hours_weigh_by_the_clock_of_the_booked_space(world: World) -> None:
    PolicyWindow.objects.create(
        tool_class=world.tool_class, kind="peak", weekday=1, opens=time(14, 30), closes=time(20)
    )
    was(world, AT_14, "confirmed")
    assert [own.peak for own in facts(world).own] == [30 * MINUTE]


@pytest.mark.parametrize(
    ("state", "known"),
    [("done", True), ("confirmed", True), ("requested", False), ("cancelled", False)],
)
def test_a_first_booking_is_known_as_one(world: World, state: str, known: bool) -> None:
    world.tool_class.approval_first = True
    world.tool_class.save()
    was(world, NOW - 900 * DAY, state)
    world.router.refresh_from_db()
    assert facts(world).booked_before is known


def test_retired_questions_are_not_asked(world: World) -> None:
    asked = Question.objects.create(tool_class=world.tool_class, text="Material?", required=False)
    Question.objects.create(tool_class=world.tool_class, text="Old?", retired_at=NOW)
    assert facts(world).questions == (Asked(asked.pk, "Material?", required=False),)


def test_limits_of_a_machine_concern_it_alone(world: World) -> None:
    limit(world, "minutes", "day", machine=world.mill)
    assert facts(world).limits == ()
    limit(world, "minutes", "day", machine=world.router, amount=60)
    assert facts(world).limits == (
        Limit(
            "minutes", 60, "day", world.tool_class.pk, machine_id=world.router.pk, counts_past=True
        ),
    )


POSTGRES = """
import django; django.setup()
from django.core.management import call_command; call_command("migrate", verbosity=0)
from tests.bookings.test_facts import everything, facts, limit, was
from tests.people import NOW, a_world
world = a_world(); everything(world); limit(world, "bookings", "month")
found = facts(world)
print(len(found.own), len(found.limits), len(found.shared), found.questions[0].text)
"""


def test_postgres_reads_the_same(new_postgres_url: Callable[[str], str]) -> None:
    env = {
        **os.environ,
        "DATABASE_URL": new_postgres_url("facts"),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    done = subprocess.run(
        [sys.executable, "-c", POSTGRES],
        cwd=Path(settings.BASE_DIR),
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["2", "3", "1", "Material?"], done.stderr[-2000:]
