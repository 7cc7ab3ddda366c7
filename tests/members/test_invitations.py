"""Imported people are asked to sign in: in batches, at most once a week, and it works for them."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from members.models import Change, Member
from members.services import invitations
from notices.models import Outbox
from tests.people import NOW, PASSWORD, a_member, a_world

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def dana():
    world = a_world()
    Member.objects.update(last_login=NOW)
    return world.dana


def invite(dana, now=NOW):
    return invitations.invite_next(by=dana, now=now)


def invited():
    rows = Outbox.objects.filter(kind="invitation").order_by("pk")
    return list(rows.values_list("to__name", flat=True))


def test_only_who_never_signed_in_and_has_an_address(dana):
    a_member("Nora New", plan=None)
    a_member("Signed Up", plan=None, password=PASSWORD)
    a_member("Emil Meyer", plan=None, email=None)
    assert invite(dana) == 1
    assert invited() == ["Nora New"]
    change = Change.objects.get(verb="invite")
    assert change.actor == dana


def test_a_batch_at_a_time_and_nobody_twice_within_a_week(dana, monkeypatch):
    monkeypatch.setattr(invitations, "BATCH", 2)
    for name in ("Ada One", "Ben Two", "Cleo Three"):
        a_member(name, plan=None)
    assert [invite(dana), invite(dana), invite(dana)] == [2, 1, 0]
    assert invite(dana, NOW + 6 * DAY) == 0
    assert invite(dana, NOW + 7 * DAY) == 2
    assert invited() == ["Ada One", "Ben Two", "Cleo Three", "Ada One", "Ben Two"]


def test_the_page_counts_invites_and_says_so(dana, client):
    a_member("Nora New", plan=None)
    client.force_login(dana)
    page = client.get("/people/invitations/").content.decode()
    assert "1 person has never signed in." in page and "Invite the next one" in page
    told = client.post("/people/invitations/", follow=True).content.decode()
    assert "1 invitation is on its way." in told and "Invite the next" not in told


def test_who_is_invited_sets_a_password_and_signs_in(dana, client):
    nora = a_member("Nora New", plan=None)
    invitations.invite_next(by=dana, now=timezone.now())
    client.post("/account/password/reset/", {"email": nora.email})
    path = re.search(r"/account/password/reset/key/\S+", mail.outbox[0].body).group()
    form = client.get(path, follow=True)
    client.post(form.request["PATH_INFO"], {"password1": PASSWORD, "password2": PASSWORD})
    nora.refresh_from_db()
    assert nora.check_password(PASSWORD)
