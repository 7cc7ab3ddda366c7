"""The pages on which a minor names a guardian, and the guardian answers."""

import re
from datetime import date

import pytest
import time_machine

from members.models import GuardianRequest, Member
from members.services.guardian_requests import name_guardian
from tests.people import NOW, a_member, a_world

pytestmark = pytest.mark.django_db
TYPED = {"name": "Jana Meyer", "email": "jana@example.org"}


@pytest.fixture(autouse=True)
def world():
    with time_machine.travel(NOW, tick=False):
        yield a_world()


@pytest.fixture
def emil(world):
    return a_member("Emil Meyer", plan=None, space=world.space, adult_from=date(2034, 5, 17))


def as_(client, member):
    client.force_login(member)
    return client


def the_step(client):
    steps = client.get("/join/").context["steps"]
    return next(step for step in steps if step.title == "Have a guardian sign for you")


def named(emil, email="jana@example.org"):
    return name_guardian(ward=emil, name="Jana Meyer", email=email, now=NOW)


def test_the_checklist_leads_a_minor_to_it_and_then_says_who_was_asked(emil, client):
    assert the_step(as_(client, emil)).links == (("/you/guardian/", "Name your guardian"),)
    done = client.post("/you/guardian/", TYPED, follow=True)
    assert "They are asked by mail." in done.content.decode()
    assert "Jana Meyer (jana@example.org) was asked by mail" in the_step(client).text


def test_the_answer_is_the_same_for_a_member_a_minor_and_nobody(world, emil, client):
    a_member("Kim", plan=None, adult_from=date(2034, 5, 17))

    def seen(address):
        page = as_(client, emil).post("/you/guardian/", {**TYPED, "email": address}, follow=True)
        return re.sub(r"[A-Za-z0-9]{64}", "", page.content.decode().replace(address, "…"))

    answers = {seen(each) for each in ("alice@example.org", "kim@example.org", "who@example.org")}
    assert len(answers) == 1


def test_a_refused_name_keeps_what_was_typed(emil, client):
    page = as_(client, emil).post("/you/guardian/", {**TYPED, "email": "emil@example.org"})
    assert page.status_code == 422
    told = page.content.decode()
    assert "That is your own address." in told and 'value="Jana Meyer"' in told


def test_it_is_taken_back(emil, client):
    named(emil)
    page = as_(client, emil).get("/you/guardian/").content.decode()
    assert "Jana Meyer has not answered yet." in page
    client.post("/you/guardian/take-back/")
    assert not GuardianRequest.objects.open(NOW).exists()


def test_who_is_of_age_has_nothing_to_name(world, client):
    assert as_(client, world.alice).get("/you/guardian/").url == "/join/"


def test_a_stranger_reads_who_asks_and_is_led_to_an_account_and_back(emil, client):
    asked = named(emil)
    page = client.get(f"/guardian/{asked.token}/").content.decode()
    assert "Do you sign for Emil Meyer?" in page
    assert f'href="/account/signup/?next=/guardian/{asked.token}/"' in page
    assert "Yes, I sign for them" not in page


def test_the_way_through_a_new_account_ends_at_the_question(emil, client, mailoutbox):
    path = f"/guardian/{named(emil).token}/"
    told = {"name": "Jana Meyer", "email": "jana@example.org", "age": "adult", "next": path}
    secret = {"password1": "bench-and-key-2026", "password2": "bench-and-key-2026"}
    client.post("/account/signup/", told | secret)
    code = re.search(r"[A-Z0-9]{4}-[A-Z0-9]{4}", mailoutbox[-1].body)
    page = client.post("/account/confirm-email/", {"code": code.group()}, follow=True)
    assert page.redirect_chain[-1][0] == path
    assert "Yes, I sign for them" in page.content.decode()


def test_a_stranger_says_no_without_an_account_and_the_minor_names_another(emil, client):
    asked = named(emil)
    done = client.post(f"/guardian/{asked.token}/no/", follow=True).content.decode()
    assert "Your address is forgotten." in done and "This question is closed" in done
    step = the_step(as_(client, emil))
    assert step.text.startswith("Whom you named said no.")
    assert step.links == (("/you/guardian/", "Name your guardian"),)


def test_whoever_makes_an_account_with_that_address_is_asked_there_and_signs(emil, client):
    asked = named(emil)
    jana = a_member("Jana Meyer", plan=None)
    page = as_(client, jana).get("/sign/").content.decode()
    assert "Emil Meyer names you as their guardian." in page
    assert "Yes, I sign for them" in client.get(f"/guardian/{asked.token}/").content.decode()
    done = client.post(f"/guardian/{asked.token}/yes/", follow=True)
    assert done.redirect_chain[-1][0] == "/sign/"
    assert Member.objects.get(pk=emil.pk).guardian == jana
    assert the_step(as_(client, emil)).css == "done"


def test_somebody_else_who_is_signed_in_is_told_which_address_was_asked_for(world, emil, client):
    asked = named(emil)
    page = as_(client, world.bob).get(f"/guardian/{asked.token}/").content.decode()
    assert "You are signed in as bob@example.org" in page
    assert "jana@example.org" not in page
    done = client.post(f"/guardian/{asked.token}/yes/", follow=True).content.decode()
    assert "Somebody else was asked." in done
    assert Member.objects.get(pk=emil.pk).guardian is None


def test_staff_see_whom_a_minor_named_and_that_a_minors_address_got_no_mail(world, emil, client):
    named(emil)
    person = f"/people/{emil.public_id}/"
    page = as_(client, world.dana).get(person).content.decode()
    assert "They named Jana Meyer (jana@example.org) as their guardian." in page
    assert "Asked by mail on 24 November 2026" in page
    a_member("Kim", plan=None, adult_from=date(2034, 5, 17))
    named(emil, "kim@example.org")
    assert "No mail went there" in client.get(person).content.decode()
