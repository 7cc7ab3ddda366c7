"""Waiver and house rules: asked for by a hold, signed by the right person, asked for again."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from equipment.eligibility import ends, missing
from equipment.facts import facts_for
from members.models import AccessEpoch, Change, Document, Hold, Signature
from members.services import documents, signing
from members.services.signing import SigningError
from notices.models import Outbox
from tests.people import NOW, a_member, a_world

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def world():
    return a_world()


def a_version(world, *, name="House rules", required_from=NOW, now=NOW, document=None):
    return documents.publish_version(
        document=document or Document(name=name),
        text="Wear glasses.",
        required_from=required_from,
        by=world.dana,
        now=now,
    )


def codes(world, at=NOW, member=None):
    facts = facts_for(member_id=(member or world.alice).pk, machines=[world.router], now=at)
    return [reason.code for reason in missing(facts[world.router.pk], at)]


def sign(member, version, by=None, now=NOW):
    return signing.sign(
        member=member, version=version, name="Alice Meyer", by=by or member, now=now
    )


def test_who_has_not_signed_is_refused_until_she_has(world):
    version = a_version(world)
    assert codes(world) == []
    assert documents.ask_everybody(now=NOW) == 4
    assert codes(world) == ["on-hold"]
    epoch, _is_new = AccessEpoch.objects.get_or_create(pk=1)
    sign(world.alice, version)
    assert codes(world, NOW + timedelta(seconds=1)) == []
    assert AccessEpoch.objects.get().number == epoch.number + 1
    assert codes(world, member=world.dana)[0] == "on-hold"


def test_asking_twice_is_asking_once(world):
    a_version(world)
    documents.ask_everybody(now=NOW)
    assert documents.ask_everybody(now=NOW + DAY) == 0
    assert Hold.objects.count() == 4


def test_many_are_asked_in_batches(world, monkeypatch):
    monkeypatch.setattr(documents, "BATCH", 3)
    a_version(world)
    assert documents.ask_everybody(now=NOW) == 4


def test_a_document_holds_somebody_once(world):
    version = a_version(world)
    documents.ask_everybody(now=NOW)
    told = {"reason": "x", "remedy": "y", "since": NOW, "document": version.document}
    with pytest.raises(IntegrityError), transaction.atomic():
        Hold.objects.create(member=world.alice, **told)


def test_until_the_day_it_counts_everything_goes_on_and_nothing_is_granted_beyond(world):
    a_version(world, required_from=NOW + 14 * DAY)
    documents.ask_everybody(now=NOW)
    assert codes(world, NOW + 13 * DAY) == []
    assert codes(world, NOW + 14 * DAY) == ["on-hold"]
    facts = facts_for(member_id=world.alice.pk, machines=[world.router], now=NOW)
    assert ends(facts[world.router.pk], NOW) == NOW + 14 * DAY


def test_a_new_version_asks_again_and_the_old_signature_stays(world):
    first = a_version(world)
    sign(world.alice, first)
    second = a_version(world, document=first.document, required_from=NOW + DAY, now=NOW)
    assert (first.number, second.number) == (1, 2)
    documents.ask_everybody(now=NOW)
    assert codes(world, NOW + DAY) == ["on-hold"]
    sign(world.alice, second)
    assert codes(world, NOW + DAY) == []
    assert Signature.objects.filter(member=world.alice).count() == 2


def test_an_old_version_cannot_be_signed_any_more(world):
    first = a_version(world)
    a_version(world, document=first.document)
    with pytest.raises(SigningError, match="newer version"):
        sign(world.alice, first)
    assert not Signature.objects.exists()


def test_signing_twice_is_signing_once(world):
    version = a_version(world)
    assert sign(world.alice, version) == sign(world.alice, version, now=NOW + DAY)
    assert Change.objects.filter(verb="sign").count() == 1


def test_signing_one_document_leaves_every_other_hold(world):
    rules, _waiver = a_version(world), a_version(world, name="Waiver")
    documents.ask_everybody(now=NOW)
    sign(world.alice, rules)
    held = Hold.objects.filter(member=world.alice, lifted_at=None)
    assert [hold.reason for hold in held] == ["“Waiver” is not signed."]


def test_a_guardian_signs_for_a_child_and_nobody_else_does(world):
    version = a_version(world)
    emil = a_member("Emil Meyer", plan=world.plan, guardian=world.alice)
    for stranger in (emil, world.bob, world.dana):
        with pytest.raises(SigningError, match="guardian"):
            sign(emil, version, by=stranger)
    assert sign(emil, version, by=world.alice).by == world.alice
    with pytest.raises(SigningError):
        sign(world.bob, version, by=world.alice)


def test_staff_enter_what_was_signed_on_paper(world):
    version = a_version(world)
    documents.ask_everybody(now=NOW)
    signing.sign_on_paper(
        member=world.alice,
        version=version,
        name="Alice Meyer",
        note="Blue folder",
        by=world.dana,
        now=NOW,
    )
    signature = Signature.objects.get()
    assert (signature.by, signature.on_paper, signature.note) == (world.dana, True, "Blue folder")
    assert codes(world, NOW + DAY) == []
    change = Change.objects.get(verb="sign")
    assert (change.actor, change.on_behalf_of) == (world.dana, world.alice)


def test_members_are_told_once_and_newcomers_find_it_without_a_mail(world):
    version = a_version(world, now=NOW + DAY)
    newcomer = a_member("Nora New", plan=None)
    type(newcomer).objects.update(joined_at=NOW)
    type(newcomer).objects.filter(pk=newcomer.pk).update(joined_at=NOW + 2 * DAY)
    documents.ask_everybody(now=NOW + 3 * DAY)
    told = Outbox.objects.filter(kind="document-new").values_list("to__name", flat=True)
    assert sorted(told) == ["Alice Meyer", "Bob Lindqvist", "Charlie Okafor", "Dana Osei"]
    assert Hold.objects.filter(member=newcomer, document=version.document).exists()


def test_the_hold_speaks_the_language_of_its_reader(world, monkeypatch):
    heard = []
    monkeypatch.setattr(
        documents, "_", lambda words: heard.append(documents.translation.get_language()) or words
    )
    world.alice.language = "de"
    world.alice.save()
    a_version(world)
    documents.ask_everybody(now=NOW)
    assert heard.count("de") == 2


def test_two_documents_do_not_share_a_name(world):
    a_version(world)
    with pytest.raises(SigningError, match="new version"):
        a_version(world, name="house rules")


def test_closed_accounts_are_left_in_peace(world):
    world.bob.is_active = False
    world.bob.save()
    a_version(world)
    assert documents.ask_everybody(now=NOW) == 3
