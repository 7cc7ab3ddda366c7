"""Ten people at once: who can be certified, or nobody unless all can; and two certifiers."""

from datetime import timedelta

import pytest

from equipment.models import Certification, CertificationType, Level, Prerequisite
from equipment.services import Uncertifiable
from equipment.services.certifications import Terms
from equipment.services.grants import BATCH, MOST, MOST_TOGETHER, certify_many
from members.models import Change, Member
from notices.models import Outbox
from tests.people import NOW, a_certification, a_member, a_world

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def world():
    """CNC needs the basics, which of three only Charlie has."""
    world = a_world()
    basics = CertificationType.objects.create(name="Basics", slug="basics")
    Prerequisite.objects.create(type=world.certification, needs=basics)
    a_certification(world.charlie, basics)
    return world


def grant(world, people, by=None, now=NOW, all_or_none=False, **terms):
    return certify_many(
        people=people,
        terms=Terms(world.certification, terms.pop("level", Level.FULL), **terms),
        by=by or world.dana,
        now=now,
        all_or_none=all_or_none,
    )


def given():
    return set(Certification.objects.filter(given_at__gte=NOW).values_list("member", flat=True))


def test_who_can_be_is_and_each_refusal_names_its_person(world):
    eve = a_member("Eve Long", plan=None)
    answers = grant(world, [world.charlie, eve, world.dana])
    assert given() == {world.charlie.pk}
    words = {answer.member: answer.words for answer in answers}
    assert words[world.charlie] == ""
    assert "Basics" in words[eve]
    assert "Nobody certifies themselves" in words[world.dana]
    assert Change.objects.filter(verb="certify").count() == 1
    assert Outbox.objects.filter(kind="certification-given").count() == 1


def test_all_or_none(world):
    eve = a_member("Eve Long", plan=None)
    answers = grant(world, [world.charlie, eve], all_or_none=True)
    assert given() == set() and not Outbox.objects.exists() and not Change.objects.exists()
    assert all(answer.given is None and answer.words for answer in answers)
    grant(world, [world.charlie, eve], all_or_none=True, set_aside="Taught them at the fair")
    assert given() == {world.charlie.pk, eve.pk}


def test_somebody_named_twice_is_certified_once(world):
    assert len(grant(world, [world.charlie, world.charlie])) == 1


def test_a_second_certifier_a_minute_later_adds_nothing(world):
    grant(world, [world.charlie])
    [answer] = grant(world, [world.charlie], now=NOW + MINUTE)
    assert answer.given is None and "only just, by Dana Osei" in answer.words
    assert world.charlie.certifications.filter(type=world.certification).count() == 1
    [higher] = grant(world, [world.charlie], now=NOW + MINUTE, level=Level.MAY_CERTIFY)
    assert higher.given is not None


def test_one_who_looked_at_the_clock_before_the_other_adds_nothing_either(world):
    grant(world, [world.charlie], now=NOW + MINUTE)
    [answer] = grant(world, [world.charlie])
    assert answer.given is None and "only just" in answer.words


def test_who_may_not_give_it_gives_it_to_nobody(world):
    with pytest.raises(Uncertifiable, match="You may not certify"):
        grant(world, [world.charlie], by=world.bob)
    assert given() == set()


@pytest.mark.parametrize("all_or_none, most", [(False, MOST), (True, MOST_TOGETHER)])
def test_a_list_has_an_end(world, all_or_none, most):
    crowd = [Member(pk=number) for number in range(most + 1)]
    with pytest.raises(Uncertifiable, match=f"{most} people"):
        grant(world, crowd, all_or_none=all_or_none)


def test_a_list_longer_than_a_transaction_is_answered_whole(world):
    crowd = [a_member(f"Person{number} Long", plan=None) for number in range(BATCH + 1)]
    answers = grant(world, crowd, set_aside="Taught them at the fair")
    assert given() == {person.pk for person in crowd}
    assert [answer.member for answer in answers] == crowd


def test_the_facts_of_many_are_read_at_once(world, django_assert_max_num_queries):
    crowd = [a_member(f"Person{number} Long", plan=None) for number in range(20)]
    with django_assert_max_num_queries(12):
        grant(world, crowd)
