"""Kinds of certification: made, changed, retired; no circle, and nobody surprised by disuse."""

from dataclasses import replace
from datetime import timedelta

import pytest

from equipment.ladder import Need
from equipment.models import Certification, CertificationType, Level
from equipment.services.certification_types import (
    NOTICE,
    TypeFacts,
    TypeRefused,
    facts_of,
    reach_of_disuse,
    save_type,
)
from members.models import AccessEpoch, Change
from tests.people import NOW, a_certification, a_world

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def world():
    AccessEpoch.objects.get_or_create(pk=1)
    return a_world()


def save(world, facts, type=None):
    return save_type(type=type, facts=facts, by=world.dana, now=NOW)


def change(world, **changed):
    """The CNC type, saved with what is different."""
    type = CertificationType.objects.get(pk=world.certification.pk)
    return save(world, replace(facts_of(type), **changed), type)


def test_a_new_type_with_what_comes_before_it(world):
    needs = (Need("cnc", Level.PROVISIONAL),)
    made = save(world, TypeFacts("CNC, five axes", valid_days=365, needs=needs))
    assert made.slug == "cnc-five-axes"
    assert facts_of(made) == TypeFacts("CNC, five axes", valid_days=365, needs=needs)
    assert Change.objects.get(verb="make_certification_type").after["valid_days"] == 365


def test_a_name_is_taken_once_and_two_addresses_differ(world):
    with pytest.raises(TypeRefused, match="of this name") as refused:
        save(world, TypeFacts("cNC"))
    assert refused.value.field == "name"
    assert save(world, TypeFacts("CNC!")).slug == "cnc-2"
    assert save(world, TypeFacts("木工")).slug == "certification"


def test_a_circle_is_refused_with_the_way_round(world):
    saw = save(world, TypeFacts("Saw", needs=(Need("cnc"),)))
    save(world, TypeFacts("Moulder", needs=(Need(saw.slug),)))
    with pytest.raises(TypeRefused) as refused:
        change(world, needs=(Need("moulder"),))
    assert str(refused.value) == (
        "That leads in a circle: CNC needs Moulder, Moulder needs Saw, Saw needs CNC."
        " Take one of these out."
    )
    assert not world.certification.prerequisites.exists()


def test_a_type_does_not_need_itself(world):
    with pytest.raises(TypeRefused, match="CNC needs CNC"):
        change(world, needs=(Need("cnc"),))


def test_saving_what_is_there_changes_nothing(world):
    change(world)
    assert not Change.objects.exists()


def test_a_changed_validity_leaves_what_was_given(world):
    before = world.alice.certifications.get().until
    change(world, valid_days=30)
    assert world.alice.certifications.get().until == before


def test_a_retired_type_stays_valid_and_may_come_back(world):
    assert change(world, retired=True).retired_at == NOW
    assert Certification.objects.valid(NOW).filter(member=world.alice).exists()
    assert change(world, retired=False).retired_at is None


def idle_until(world):
    return world.alice.certifications.get().idle_until


def test_disuse_counts_from_the_last_use_and_ends_nothing_within_a_month(world):
    world.alice.certifications.update(used_at=NOW - 100 * DAY)
    reach = reach_of_disuse(type=world.certification, disuse_days=180, now=NOW)
    assert (reach.holders, reach.soon) == (1, 0)
    change(world, disuse_days=180)
    assert idle_until(world) == NOW + 80 * DAY
    reach = reach_of_disuse(type=world.certification, disuse_days=90, now=NOW)
    assert (reach.holders, reach.soon, reach.by) == (1, 1, NOW + NOTICE)
    change(world, disuse_days=90)
    assert idle_until(world) == NOW + NOTICE


def test_what_was_never_used_counts_from_the_day_it_was_given(world):
    world.alice.certifications.update(given_at=NOW - 10 * DAY)
    change(world, disuse_days=90)
    assert idle_until(world) == NOW + 80 * DAY


def test_no_rule_about_disuse_ends_nothing(world):
    change(world, disuse_days=90)
    change(world, disuse_days=None)
    assert idle_until(world) is None
    assert reach_of_disuse(type=world.certification, disuse_days=None, now=NOW).soon == 0


def test_what_is_over_stays_over(world):
    change(world, disuse_days=90)
    world.alice.certifications.update(idle_until=NOW - DAY)
    change(world, disuse_days=500)
    assert idle_until(world) == NOW - DAY


def test_a_rule_touches_each_type_alone(world):
    saw = save(world, TypeFacts("Saw"))
    a_certification(world.bob, saw)
    change(world, disuse_days=90)
    assert world.bob.certifications.get(type=saw).idle_until is None
