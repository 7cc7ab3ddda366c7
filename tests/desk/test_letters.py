"""Staff look at every kind of mail, and mend what did not get through."""

from datetime import timedelta

import pytest
from django.utils import timezone

from notices.kinds import KINDS
from notices.models import Outbox
from notices.samples import SAMPLES
from notices.services import send_due
from tests.people import a_world

pytestmark = pytest.mark.django_db
KIND = "fault-reported"


@pytest.fixture
def world():
    return a_world(timezone.now())


@pytest.fixture
def staff(world, client):
    client.force_login(world.dana)
    return client


def a_message(to, **fields):
    now = timezone.now()
    facts = {"at": now, "shown_at": now, "context": SAMPLES[KIND], "kind": KIND} | fields
    return Outbox.objects.create(to=to, key=f"message {Outbox.objects.count()}", **facts)


def test_every_kind_is_listed(staff):
    page = staff.get("/desk/letters/").content.decode()
    assert [kind for kind in KINDS if f'"/desk/letters/{kind}/"' not in page] == []


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_is_shown_in_every_language(staff, kind, language):
    page = staff.get(f"/desk/letters/{kind}/?language={language}").content.decode()
    assert f'<pre class="letter" lang="{language}"' in page
    html = staff.get(f"/desk/letters/{kind}/html/?language={language}").content.decode()
    assert f'<html lang="{language}">' in html


def test_a_framed_letter_may_do_nothing_but_look_as_it_is(staff):
    framed = staff.get(f"/desk/letters/{KIND}/html/")
    policy = framed["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "style-src 'unsafe-inline'" in policy
    assert "sandbox" in policy and "script-src" not in policy
    assert framed["X-Frame-Options"] == "SAMEORIGIN"


def test_an_unknown_kind_or_language_breaks_nothing(staff):
    assert staff.get("/desk/letters/nothing/").status_code == 404
    assert staff.get(f"/desk/letters/{KIND}/?language=xx").status_code == 200


@pytest.mark.parametrize("path", ["letters/", f"letters/{KIND}/", "outbox/"])
def test_these_pages_are_for_staff(world, client, path):
    assert client.get(f"/desk/{path}").status_code == 302
    client.force_login(world.alice)
    assert client.get(f"/desk/{path}").status_code == 403


def test_what_failed_stands_there_with_its_error(world, staff):
    a_message(world.bob, attempts=3, last_error="550 nobody here")
    a_message(world.alice, dropped_at=timezone.now(), last_error="malformed address")
    a_message(world.charlie, dropped_at=timezone.now(), last_error="no address")
    page = staff.get("/desk/outbox/").content.decode()
    assert "550 nobody here" in page and "(3 tries)" in page
    assert "malformed address" in page and "Charlie" not in page
    assert "1 message did not get through" in staff.get("/desk/").content.decode()


def test_the_page_of_a_person_says_that_mail_does_not_reach_them(world, staff):
    path = f"/people/{world.bob.public_id}/"
    assert "A mail did not reach them." not in staff.get(path).content.decode()
    a_message(world.bob, dropped_at=timezone.now(), last_error="malformed address")
    page = staff.get(path).content.decode()
    assert "A mail did not reach them." in page and "malformed address" in page


def test_a_quiet_outbox_says_so(staff):
    assert "Every message got through" in staff.get("/desk/outbox/").content.decode()


def test_one_that_was_given_up_is_tried_from_the_start(world, staff, mailoutbox):
    message = a_message(
        world.bob, attempts=8, last_error="550", dropped_at=timezone.now(), at=timezone.now()
    )
    assert staff.post(f"/desk/outbox/{message.pk}/again/").url == "/desk/outbox/"
    assert send_due(timezone.now()) == 1 and len(mailoutbox) == 1


def test_one_that_is_given_up_is_tried_no_more(world, staff, mailoutbox):
    message = a_message(world.bob, attempts=1, last_error="550")
    assert staff.post(f"/desk/outbox/{message.pk}/drop/").url == "/desk/outbox/"
    assert send_due(timezone.now() + timedelta(days=9)) == 0 and not mailoutbox


def test_what_was_sent_cannot_be_sent_again(world, staff):
    message = a_message(world.bob, sent_at=timezone.now())
    assert staff.post(f"/desk/outbox/{message.pk}/again/").status_code == 404


@pytest.mark.parametrize("what", ["again", "drop"])
def test_only_staff_and_only_a_post_changes_it(world, client, what):
    message = a_message(world.bob, last_error="550")
    client.force_login(world.alice)
    assert client.post(f"/desk/outbox/{message.pk}/{what}/").status_code == 403
    client.force_login(world.dana)
    assert client.get(f"/desk/outbox/{message.pk}/{what}/").status_code == 405
