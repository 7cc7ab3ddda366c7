"""The pages of messages: the inbox and its bell, the wishes, and the way out of a mail."""

from datetime import time, timedelta

import pytest
from django.utils import timezone

from notices import mail
from notices.models import Outbox, QuietHours, Wish
from notices.services import post
from tests.notices.letters import CONTEXTS
from tests.people import a_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return a_world()


def write(to, kind="booking-confirmed", key="a", **more):
    at = timezone.now()
    post(to=to, kind=kind, key=key, context={**CONTEXTS[kind], **more}, at=at)
    return Outbox.objects.get(key=key)


# --- the inbox -----------------------------------------------------------------------------------


def test_a_message_stands_in_the_inbox_and_rings_the_bell(world, client):
    write(world.alice)
    client.force_login(world.alice)
    page = client.get("/messages/").content.decode()
    assert "CNC router is yours: Tuesday 24 November, 14:00–15:30" in page
    assert 'aria-label="Messages, one new"' in page


def test_reading_all_of_it_silences_the_bell(world, client):
    write(world.alice)
    client.force_login(world.alice)
    assert client.post("/messages/read/").url == "/messages/"
    assert 'aria-label="Messages, 0 new"' in client.get("/messages/").content.decode()


def test_opening_a_message_reads_it_and_leads_to_what_it_is_about(world, client):
    message = write(world.alice)
    client.force_login(world.alice)
    found = client.post(f"/messages/{message.pk}/open/")
    assert found.url == f"/bookings/{CONTEXTS['booking-confirmed']['booking']}/"
    message.refresh_from_db()
    assert message.read_at is not None


def test_nobody_reads_anothers_messages(world, client):
    message = write(world.alice)
    client.force_login(world.bob)
    assert client.post(f"/messages/{message.pk}/open/").status_code == 404
    assert "CNC router" not in client.get("/messages/").content.decode()
    message.refresh_from_db()
    assert message.read_at is None


@pytest.mark.parametrize("path", ["/messages/", "/you/messages/"])
def test_strangers_are_asked_to_sign_in(client, path):
    assert client.get(path).url.startswith("/account/login/")


@pytest.mark.parametrize("path", ["/messages/read/", "/messages/1/open/"])
def test_looking_changes_nothing(world, client, path):
    client.force_login(world.alice)
    assert client.get(path).status_code == 405


def test_what_is_older_than_eight_weeks_or_yet_to_come_is_not_shown(world, client):
    old = write(world.alice, key="old")
    Outbox.objects.filter(pk=old.pk).update(shown_at=timezone.now() - timedelta(weeks=8))
    coming = write(world.alice, key="coming")
    Outbox.objects.filter(pk=coming.pk).update(shown_at=timezone.now() + timedelta(hours=1))
    client.force_login(world.alice)
    assert "No messages yet" in client.get("/messages/").content.decode()


def test_a_message_that_cannot_be_told_hides_no_other(world, client):
    write(world.alice, key="poison", starts="not a time")
    write(world.alice, key="sound")
    client.force_login(world.alice)
    page = client.get("/messages/").content.decode()
    assert "A booking or series is confirmed" in page and "CNC router is yours" in page


def test_thirty_messages_cost_as_many_queries_as_one(world, client, django_assert_max_num_queries):
    client.force_login(world.alice)
    for number in range(30):
        write(world.alice, key=str(number))
    with django_assert_max_num_queries(12):
        client.get("/messages/")


def test_a_hostile_name_stays_text(world, client):
    write(world.alice, machine="<script>alert(1)</script>")
    client.force_login(world.alice)
    assert "<script>alert" not in client.get("/messages/").content.decode()


# --- wishes --------------------------------------------------------------------------------------


def test_a_choice_is_kept_and_shown_again(world, client):
    client.force_login(world.alice)
    sent = {"booking-confirmed": "weekly", "quiet_from": "22:00", "quiet_to": "07:00"}
    assert client.post("/you/messages/", sent).url == "/you/messages/"
    assert Wish.objects.get(member=world.alice).choice == "weekly"
    assert QuietHours.objects.get(member=world.alice).ends == time(7)
    page = client.get("/you/messages/").content.decode()
    assert '<option value="weekly" selected>' in page and 'value="22:00"' in page


def test_quiet_hours_end_when_they_are_emptied(world, client):
    client.force_login(world.alice)
    client.post("/you/messages/", {"quiet_from": "22:00", "quiet_to": "07:00"})
    client.post("/you/messages/", {"quiet_from": "", "quiet_to": ""})
    assert not QuietHours.objects.exists()


@pytest.mark.parametrize(
    ("starts", "ends", "words"),
    [
        ("22:00", "", "Say both"),
        ("", "07:00", "Say both"),
        ("22:00", "22:00", "Both are the same time"),
        ("25:00", "07:00", "Enter a valid time"),
    ],
)
def test_half_a_night_is_refused_and_kept_as_typed(world, client, starts, ends, words):
    client.force_login(world.alice)
    page = client.post("/you/messages/", {"quiet_from": starts, "quiet_to": ends})
    assert page.status_code == 200 and words in page.content.decode()
    assert f'value="{starts or ends}"' in page.content.decode()
    assert not QuietHours.objects.exists()


def test_what_cannot_be_turned_off_says_why_and_stays(world, client):
    client.force_login(world.alice)
    page = client.get("/you/messages/").content.decode()
    assert "Machines stop unlocking for you, so you hear of it at once." in page
    client.post("/you/messages/", {"certification-revoked": "none"})
    assert not Wish.objects.exists()


def test_a_choice_a_kind_does_not_have_is_refused(world, client):
    client.force_login(world.alice)
    page = client.post("/you/messages/", {"booking-reminder": "weekly"})
    assert page.status_code == 200 and not Wish.objects.exists()


def test_what_is_told_to_who_asked_is_else_not_told_at_all(world, client):
    client.force_login(world.alice)
    page = client.get("/you/messages/").content.decode()
    assert page.count('<option value="none" selected>Not at all</option>') == 2


def test_only_staff_are_asked_about_the_messages_of_staff(world, client):
    client.force_login(world.alice)
    assert "A fault is reported" not in client.get("/you/messages/").content.decode()
    client.force_login(world.dana)
    assert "A fault is reported" in client.get("/you/messages/").content.decode()


# --- the way out of a mail (RFC 8058) ------------------------------------------------------------


def stop_path(to, kind="booking-confirmed"):
    url = mail.render(kind, CONTEXTS[kind], to).stop_url
    return url.removeprefix("http://localhost:8000")


def test_one_click_turns_the_kind_off_without_signing_in(world, client):
    done = client.post(stop_path(world.alice), {"List-Unsubscribe": "One-Click"})
    assert done.status_code == 200
    assert Wish.objects.get(member=world.alice, kind="booking-confirmed").choice == "none"


def test_it_needs_no_cookie_and_no_token_against_forgery(world):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    assert strict.post(stop_path(world.alice), {"List-Unsubscribe": "One-Click"}).status_code == 200


def test_a_program_that_looks_at_the_link_turns_nothing_off(world, client):
    page = client.get(stop_path(world.alice)).content.decode()
    assert "Send no more of these" in page and "A booking or series is confirmed" in page
    assert not Wish.objects.exists()


def test_a_token_that_was_made_up_or_altered_is_not_found(world, client):
    path = stop_path(world.alice)
    assert client.post(path[:-3] + "xx/").status_code == 404
    assert client.post("/messages/stop/abc/").status_code == 404
    assert not Wish.objects.exists()


def test_what_cannot_be_turned_off_carries_no_way_out(world):
    letter = mail.render("certification-revoked", CONTEXTS["certification-revoked"], world.alice)
    assert letter.stop_url == ""
    assert "cannot be turned off. Machines stop unlocking" in letter.text


def test_the_way_out_speaks_the_language_of_the_mail(world, client):
    world.alice.language = "de"
    world.alice.save()
    assert '<html lang="de">' in client.get(stop_path(world.alice)).content.decode()
