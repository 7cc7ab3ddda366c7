"""Giving and taking back: who may, what is in the way, what is set aside, what use keeps awake."""

from datetime import timedelta

import pytest

from equipment.ladder import Kind
from equipment.models import Certification, CertificationType, Level, Prerequisite, TheoryPass
from equipment.services import (
    Uncertifiable,
    certify,
    lacking,
    record_use,
    revoke_certification,
)
from equipment.services.suspensions import lift_suspension, suspend_certification
from members.models import Change, Role
from tests.people import NOW, a_certification, a_member, a_world

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def world():
    """CNC asks for the theory, and for the basics before it."""
    world = a_world()
    basics = CertificationType.objects.create(name="Basics", slug="basics")
    Prerequisite.objects.create(type=world.certification, needs=basics)
    CertificationType.objects.filter(pk=world.certification.pk).update(
        needs_theory=True, disuse_days=90
    )
    world.certification.refresh_from_db()
    return world


@pytest.fixture
def marta(world):
    """A certifier who is not of the staff."""
    marta = a_member("Marta Keller", plan=world.plan)
    held = a_certification(marta, world.certification)
    Certification.objects.filter(pk=held.pk).update(level=Level.MAY_CERTIFY)
    return marta


def basics():
    return CertificationType.objects.get(slug="basics")


def make_ready(member, world):
    a_certification(member, basics())
    TheoryPass.objects.create(member=member, type=world.certification, passed_at=NOW - DAY)


def give(world, member, by, **terms):
    return certify(member=member, type=world.certification, by=by, now=NOW, **terms)


def refusal(world, member, by, **terms):
    with pytest.raises(Uncertifiable) as refused:
        give(world, member, by, **terms)
    assert not member.certifications.filter(given_at=NOW).exists()
    return refused.value


def test_who_is_ready_is_certified_and_stays_awake_for_as_long_as_the_type_says(world, marta):
    make_ready(world.charlie, world)
    given = give(world, world.charlie, marta)
    assert given.idle_until == NOW + 90 * DAY
    assert given.set_aside == ""


def test_a_refusal_names_everything_that_is_lacking(world, marta):
    refused = refusal(world, world.charlie, marta)
    assert [lack.kind for lack in refused.lacks] == [Kind.PREREQUISITE, Kind.THEORY]
    assert "Basics" in str(refused) and "theory of “CNC”" in str(refused)


def test_the_service_asks_in_five_queries(world, django_assert_num_queries):
    with django_assert_num_queries(5):
        lacking(member=world.charlie, type=world.certification, level=Level.FULL, now=NOW)


def test_staff_set_it_aside_with_a_reason_that_is_kept(world):
    given = give(world, world.charlie, world.dana, set_aside="Ran one for ten years")
    assert given.set_aside == "Ran one for ten years"
    change = Change.objects.get(verb="certify", subject_id=given.pk)
    assert change.after["set_aside"] == "Ran one for ten years"


def test_a_certifier_sets_nothing_aside(world, marta):
    assert "Only staff" in str(refusal(world, world.charlie, marta, set_aside="A friend of mine"))


def test_a_reason_without_anything_to_set_aside_is_not_kept(world):
    make_ready(world.charlie, world)
    assert give(world, world.charlie, world.dana, set_aside="To be sure").set_aside == ""


def test_no_reason_sets_aside_what_is_given_no_more(world):
    CertificationType.objects.filter(pk=world.certification.pk).update(retired_at=NOW - DAY)
    refused = refusal(world, world.charlie, world.dana, set_aside="All the same")
    assert [lack.kind for lack in refused.lacks] == [Kind.RETIRED]


@pytest.mark.parametrize("who", ["dana", "marta"])
def test_nobody_certifies_themselves(world, marta, who):
    person = {"dana": world.dana, "marta": marta}[who]
    make_ready(person, world)
    assert "Nobody certifies themselves" in str(refusal(world, person, person))


class TestAGuardian:
    def ward(self, world, marta):
        emil = a_member("Emil Keller", plan=world.plan, guardian=marta)
        make_ready(emil, world)
        return emil

    def test_certifies_no_ward_where_others_may(self, world, marta):
        emil = self.ward(world, marta)
        assert "Ask another certifier" in str(refusal(world, emil, marta))
        assert give(world, emil, world.dana).note == ""

    def test_may_where_there_is_nobody_else_and_the_note_says_so(self, world, marta):
        emil = self.ward(world, marta)
        Role.objects.all().delete()
        given = give(world, emil, marta, note="By the book.")
        assert given.note == "By the book. Given by the guardian: nobody else here may give it."

    def test_who_holds_it_themselves_is_no_other_certifier(self, world, marta):
        emil = self.ward(world, marta)
        Role.objects.all().delete()
        held = a_certification(emil, world.certification)
        Certification.objects.filter(pk=held.pk).update(level=Level.MAY_CERTIFY)
        assert give(world, emil, marta)

    def test_lifts_no_suspension_of_a_ward_but_may_place_it(self, world, marta):
        emil = self.ward(world, marta)
        given = {"by": marta, "now": NOW}
        placed = suspend_certification(
            member=emil, type=world.certification, why="Careless", **given
        )
        with pytest.raises(Uncertifiable, match="You are the guardian"):
            lift_suspension(suspension=placed, **given)
        placed.refresh_from_db()
        assert placed.lifted_at is None


def test_only_staff_make_certifiers(world, marta):
    make_ready(world.charlie, world)
    refused = refusal(world, world.charlie, marta, level=Level.MAY_CERTIFY)
    assert "Only staff" in str(refused)
    assert give(world, world.charlie, world.dana, level=Level.MAY_CERTIFY)


@pytest.mark.parametrize(
    "changed",
    [
        {"until": NOW},
        {"idle_until": NOW},
        {"revoked_at": NOW - DAY},
        {"revoked_at": NOW + DAY},
        {"level": Level.FULL},
    ],
    ids=["expired", "idle", "taken back", "taken back, and the clock set back", "too low"],
)
def test_a_certifier_who_is_none_any_more_certifies_nobody(world, marta, changed):
    make_ready(world.charlie, world)
    Certification.objects.filter(member=marta).update(**changed)
    assert "You may not certify" in str(refusal(world, world.charlie, marta))


def test_staff_of_one_space_certify_for_all(world):
    make_ready(world.charlie, world)
    tom = a_member("Tom Berger", plan=None)
    Role.objects.create(member=tom, space=world.space, kind=Role.Kind.STAFF)
    assert give(world, world.charlie, tom)


def test_a_higher_level_is_added_and_the_lower_one_stays(world):
    make_ready(world.charlie, world)
    give(world, world.charlie, world.dana, level=Level.PROVISIONAL)
    give(world, world.charlie, world.dana)
    levels = world.charlie.certifications.filter(type=world.certification).values_list("level")
    assert sorted(levels) == [(Level.PROVISIONAL,), (Level.FULL,)]


def test_nobody_takes_back_their_own(world, marta):
    own = marta.certifications.get()
    with pytest.raises(Uncertifiable, match="your own"):
        revoke_certification(certification=own, by=marta, why="Enough", now=NOW)
    assert not Certification.objects.filter(pk=own.pk, revoked_at__isnull=False).exists()


def test_only_who_may_give_it_takes_it_back(world):
    with pytest.raises(Uncertifiable, match="You may not"):
        revoke_certification(
            certification=world.alice.certifications.get(), by=world.bob, why="Envy", now=NOW
        )


def use(world, now, member=None):
    record_use(member_id=(member or world.alice).pk, machine_id=world.router.pk, now=now)


def test_use_moves_the_end_for_want_of_use(world):
    world.alice.certifications.update(idle_until=NOW + 5 * DAY)
    use(world, NOW)
    held = world.alice.certifications.get()
    assert (held.used_at, held.idle_until) == (NOW, NOW + 90 * DAY)


def test_use_is_written_once_a_day(world, django_assert_num_queries):
    use(world, NOW)
    with django_assert_num_queries(1):
        use(world, NOW + DAY / 2)
    assert world.alice.certifications.get().used_at == NOW
    use(world, NOW + DAY)
    assert world.alice.certifications.get().used_at == NOW + DAY


def test_use_never_goes_back(world):
    use(world, NOW)
    use(world, NOW - 30 * DAY)
    assert world.alice.certifications.get().used_at == NOW
    world.alice.certifications.update(used_at=None, idle_until=NOW + 200 * DAY)
    use(world, NOW)
    assert world.alice.certifications.get().idle_until == NOW + 200 * DAY


def test_use_wakes_nothing_that_is_over(world):
    world.alice.certifications.update(idle_until=NOW)
    use(world, NOW)
    assert world.alice.certifications.get().used_at is None
    world.alice.certifications.update(idle_until=None, revoked_at=NOW - DAY)
    use(world, NOW)
    assert world.alice.certifications.get().used_at is None


def test_use_of_a_type_without_such_a_rule_is_noted_and_ends_nothing(world):
    CertificationType.objects.update(disuse_days=None)
    use(world, NOW)
    held = world.alice.certifications.get()
    assert (held.used_at, held.idle_until) == (NOW, None)


def test_use_of_a_machine_that_asks_for_nothing_writes_nothing(world, django_assert_num_queries):
    world.tool_class.requires = None
    world.tool_class.save()
    with django_assert_num_queries(1):
        use(world, NOW)
