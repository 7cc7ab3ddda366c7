"""What the judge is told comes from the database, in a fixed number of queries."""

from datetime import timedelta

import pytest

from equipment.eligibility import missing
from equipment.facts import facts_for
from equipment.models import Lockout, Machine
from members.models import Hold
from tests.people import NOW, a_machine, a_world

pytestmark = pytest.mark.django_db


def codes(member, machine, at=NOW):
    machines = Machine.objects.select_related("tool_class__requires").filter(pk=machine.pk)
    facts = facts_for(member_id=member.pk, machines=machines, now=NOW)[machine.pk]
    return [reason.code for reason in missing(facts, at)]


def test_each_of_the_four_is_judged_as_the_story_says():
    world = a_world()
    assert codes(world.alice, world.router) == []
    assert codes(world.bob, world.router) == ["certification-ended"]
    assert codes(world.charlie, world.router) == ["not-certified"]


def test_a_closed_account_a_hold_and_a_lockout_reach_the_judge():
    world = a_world()
    world.alice.is_active = False
    world.alice.save()
    Hold.objects.create(member=world.alice, reason="Waiver", remedy="Sign", since=NOW)
    Lockout.objects.create(machine=world.router, why="smoke", since=NOW)
    assert codes(world.alice, world.router) == ["account-closed", "on-hold", "locked-out"]


def test_what_is_lifted_or_cleared_does_not():
    world = a_world()
    Hold.objects.create(member=world.alice, reason="r", remedy="m", since=NOW, lifted_at=NOW)
    Lockout.objects.create(machine=world.router, why="smoke", since=NOW, cleared_at=NOW)
    assert codes(world.alice, world.router) == []


def test_a_revocation_counts_from_its_moment():
    world = a_world()
    world.alice.certifications.update(revoked_at=NOW)
    assert codes(world.alice, world.router) == ["certification-revoked"]
    assert codes(world.alice, world.router, NOW - timedelta(seconds=1)) == []


def test_twenty_machines_cost_as_many_queries_as_one(django_assert_num_queries):
    world = a_world()
    for number in range(20):
        a_machine(f"Mill {number}", world.tool_class, world.space)
    machines = list(Machine.objects.select_related("tool_class__requires"))
    with django_assert_num_queries(7):
        assert len(facts_for(member_id=world.alice.pk, machines=machines, now=NOW)) == 22
