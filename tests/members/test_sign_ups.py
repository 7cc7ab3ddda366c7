"""Whoever signs up with an address is nobody's member until it is shown to be theirs."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.urls import reverse

from equipment.rosters import tickable
from members.models import Change, Hold, Member, Membership
from members.services.sign_ups import LASTS, confirm, forget_unconfirmed
from notices.models import Outbox
from notices.services import send_due
from tests.desk.test_documents import a_version
from tests.people import NOW, World, a_member, a_world

TOLD = {
    "name": "Nora New",
    "email": "nora@example.org",
    "age": "adult",
    "password1": "bench-and-key-2026",
    "password2": "bench-and-key-2026",
}


@pytest.fixture
def world(db) -> World:
    cache.clear()  # how often one address may sign up is counted there
    return a_world()


@pytest.fixture
def nora(world, client) -> Member:
    client.post(reverse("account_signup"), TOLD)
    return Member.objects.get(email="nora@example.org")


def a_message(member: Member) -> None:
    told = {"document": "House rules", "required_from": NOW.isoformat()}
    Outbox.objects.create(to=member, kind="document-new", key="x", context=told, at=NOW)


def test_signing_up_is_one_change_and_confirms_nothing(nora):
    assert nora.unconfirmed_since is not None
    change = Change.objects.get(verb="sign_up")
    assert (change.actor, change.subject_id) == (nora, nora.pk)


def test_no_list_of_many_offers_them_until_they_confirm(world, nora):
    assert nora not in tickable([], world.dana)
    assert nora not in tickable([str(nora.public_id)], world.dana)
    confirm(member=nora, now=NOW)
    assert nora in tickable([], world.dana)


def test_whom_staff_gave_a_membership_in_person_is_offered(world, nora):
    Membership.objects.create(member=nora, plan=world.plan, starts=NOW)
    assert nora in tickable([], world.dana)


def test_people_made_at_the_desk_have_nothing_to_confirm(world):
    ann = a_member("Ann Alone", plan=None, email=None)
    ben = a_member("Ben Brought", plan=None)
    EmailAddress.objects.create(user=ben, email=ben.email, verified=False)
    assert {ann, ben} <= set(tickable([], world.dana))
    assert forget_unconfirmed(now=NOW + 99 * LASTS) == 0


def test_an_address_that_nobody_confirmed_is_sent_nothing_but_its_code(nora):
    assert [one.to for one in mail.outbox] == [["nora@example.org"]]
    a_message(nora)
    assert send_due(NOW) == 0
    assert len(mail.outbox) == 1 and Outbox.objects.get(key="x").kept_at == NOW


def test_once_confirmed_they_are_written_to(nora):
    confirm(member=nora, now=NOW)
    a_message(nora)
    assert send_due(NOW) == 1


def test_a_new_document_holds_them_and_writes_no_message(world, nora):
    Member.objects.filter(pk=nora.pk).update(joined_at=NOW - timedelta(days=30))
    a_version(world)
    assert Hold.objects.filter(member=nora).exists()
    assert not Outbox.objects.filter(to=nora).exists()


def test_typing_the_code_confirms(nora, client):
    code = re.search(r"code is (\S+)", mail.outbox[0].body)[1]
    client.post(reverse("account_email_verification_sent"), {"code": code})
    nora.refresh_from_db()
    assert nora.unconfirmed_since is None
    assert Change.objects.filter(verb="confirm_address", actor=nora).count() == 1


def test_after_a_week_an_untouched_sign_up_is_gone_with_all_it_wrote(world, nora):
    a_version(world)
    a_message(nora)
    begun = nora.unconfirmed_since
    assert forget_unconfirmed(now=begun + LASTS - timedelta(seconds=1)) == 0
    assert forget_unconfirmed(now=begun + LASTS) == 1
    assert not Member.objects.filter(pk=nora.pk).exists()
    assert not EmailAddress.objects.filter(email="nora@example.org").exists()
    assert Change.objects.get(subject_id=nora.pk, verb="forget_sign_up").actor is None


def test_whom_staff_served_meanwhile_stays_whole(world, nora):
    a_version(world)
    Membership.objects.create(member=nora, plan=world.plan, starts=NOW)
    assert forget_unconfirmed(now=nora.unconfirmed_since + 2 * LASTS) == 0
    assert Hold.objects.filter(member=nora).exists()
    assert Change.objects.filter(verb="sign_up", actor=nora).exists()


def test_a_domain_that_looks_mistyped_is_asked_about_once(world, client):
    told = TOLD | {"email": "nora@gmial.com"}
    answer = client.post(reverse("account_signup"), told)
    assert "nora@gmail.com" in answer.content.decode()
    assert not Member.objects.filter(name="Nora New").exists()
    asked = answer.context["form"]["asked_about"].value()
    assert f'value="{asked}"' in answer.content.decode()
    client.post(reverse("account_signup"), told | {"asked_about": asked})
    assert Member.objects.get(name="Nora New").email == "nora@gmial.com"


def test_staff_see_that_the_address_is_not_confirmed(world, nora, client):
    client.force_login(world.dana)
    session = client.session
    session["second_factor"] = world.dana.pk
    session.save()
    assert "Address not confirmed" in client.get(reverse("desk:people")).content.decode()
