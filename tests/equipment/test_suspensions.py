"""What is suspended does not count until it is lifted or over; nobody does it to themselves."""

from datetime import timedelta

import pytest

from equipment.eligibility import missing
from equipment.facts import facts_for
from equipment.models import Certification, Level, Suspension
from equipment.services import Uncertifiable, certify
from equipment.services.certifications import may_certify
from equipment.services.suspensions import lift_suspension, suspend_certification
from members.models import AccessEpoch, Change
from notices.models import Outbox
from tests.people import NOW, a_certification, a_member, a_world

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def world():
    AccessEpoch.objects.get_or_create(pk=1)
    return a_world()


@pytest.fixture
def marta(world):
    marta = a_member("Marta Keller", plan=world.plan)
    a_certification(marta, world.certification)
    Certification.objects.filter(member=marta).update(level=Level.MAY_CERTIFY)
    return marta


def suspend(world, member=None, by=None, **terms):
    return suspend_certification(
        member=member or world.alice,
        type=world.certification,
        why="The fire on Tuesday",
        by=by or world.dana,
        now=NOW,
        **terms,
    )


def answers(world, at=NOW):
    facts = facts_for(member_id=world.alice.pk, machines=[world.router], now=NOW)
    return [reason.code for reason in missing(facts[world.router.pk], at)]


def epoch():
    return AccessEpoch.objects.get(pk=1).number


def test_it_counts_at_once_and_the_member_hears_of_it(world):
    before = epoch()
    placed = suspend(world)
    assert answers(world) == ["certification-suspended"]
    assert epoch() > before
    assert Outbox.objects.get(kind="certification-suspended").to == world.alice
    change = Change.objects.get(verb="suspend_certification", subject_id=placed.pk)
    assert change.on_behalf_of == world.alice


def test_lifted_it_counts_again_and_twice_is_once(world):
    placed = suspend(world)
    before = epoch()
    for _ in range(2):
        lift_suspension(suspension=placed, by=world.dana, now=NOW + DAY)
    assert answers(world) == []
    assert epoch() == before + 1
    assert Change.objects.filter(verb="lift_suspension").count() == 1
    assert Outbox.objects.filter(kind="certification-restored").count() == 1


def test_one_with_an_end_is_over_by_itself(world):
    suspend(world, until=NOW + DAY)
    assert answers(world) == ["certification-suspended"]
    assert answers(world, NOW + DAY) == []


def test_it_is_suspended_once_at_a_time(world, marta):
    suspend(world)
    with pytest.raises(Uncertifiable, match="suspended already"):
        suspend(world, by=marta)
    assert Suspension.objects.count() == 1


def test_an_end_in_the_past_is_refused(world):
    with pytest.raises(Uncertifiable, match="past"):
        suspend(world, until=NOW)


def test_nobody_suspends_or_lifts_for_themselves(world, marta):
    with pytest.raises(Uncertifiable, match="your own"):
        suspend(world, member=marta, by=marta)
    placed = suspend(world, member=marta)
    with pytest.raises(Uncertifiable, match="your own"):
        lift_suspension(suspension=placed, by=marta, now=NOW)


def test_only_who_may_give_it_suspends_or_lifts(world):
    with pytest.raises(Uncertifiable, match="may not"):
        suspend(world, by=world.bob)
    placed = suspend(world)
    with pytest.raises(Uncertifiable, match="may not"):
        lift_suspension(suspension=placed, by=world.charlie, now=NOW)


def test_a_suspended_certifier_certifies_nobody(world, marta):
    suspend(world, member=marta, until=NOW + DAY)
    assert not may_certify(marta, world.certification, NOW)
    with pytest.raises(Uncertifiable):
        certify(member=world.charlie, type=world.certification, by=marta, now=NOW)
    assert may_certify(marta, world.certification, NOW + DAY)


def test_a_clock_that_is_set_back_lets_no_suspended_certifier_certify(world, marta):
    suspend(world, member=marta)
    assert not may_certify(marta, world.certification, NOW - DAY)
