"""The steps of joining, for the member and for the desk, and the desk's list of wishes."""

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from desk.joining import steps_of
from members.models import Document, MembershipRequest, Plan
from members.services import issue_badge
from members.services.documents import publish_version
from members.services.signing import sign
from tests.people import a_certification, a_member, a_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return a_world(timezone.now())


@pytest.fixture
def nora(world):
    return a_member("Nora New", plan=None, space=world.space)


def as_(client, member):
    client.force_login(member)
    return client


def a_plan(joining):
    return Plan.objects.create(name="Trial", slug="trial", months=1, joining=joining)


def a_document(world):
    now = timezone.now()
    return publish_version(
        document=Document(name="Waiver"), text="Careful.", required_from=now, by=world.dana, now=now
    )


def states(client, path="/join/"):
    return [(step.css, step.title) for step in client.get(path).context["steps"]]


def test_every_step_in_order_and_the_first_is_next(world, nora, client):
    a_document(world)
    assert states(as_(client, nora)) == [
        ("next", "Confirm your mail address"),
        ("", "Be on a plan"),
        ("", "Read and sign waiver and house rules"),
        ("", "Go to an induction"),
        ("", "Pick up a badge"),
    ]


def test_a_child_without_a_mail_address_has_none_to_confirm(world, client):
    emil = a_member("Emil", plan=None, email=None, guardian=world.alice)
    assert states(as_(client, emil))[:2] == [
        ("done", "Have a guardian sign for you"),
        ("next", "Be on a plan"),
    ]


def test_all_done_is_said_and_leaves_the_home_page(world, client):
    now = timezone.now()
    version = a_document(world)
    alice = world.alice
    assert "Your way in" in as_(client, alice).get("/").content.decode()
    EmailAddress.objects.create(user=alice, email=alice.email, verified=True)
    sign(member=alice, version=version, name="Alice Meyer", by=alice, now=now)
    issue_badge(member=alice, number="04A1B2C3", by=world.dana, now=now)
    assert {css for css, _title in states(client)} == {"done"}
    assert "All done." in client.get("/join/").content.decode()
    assert "Your way in" not in client.get("/").content.decode()


def test_a_member_starts_a_free_plan_alone(nora, client):
    plan = a_plan("self")
    told = as_(client, nora).post("/join/plan/", {"plan": plan.pk}, follow=True)
    assert "Trial begins." in told.content.decode()
    assert nora.memberships.get().until is not None


def test_where_no_plan_may_be_chosen_the_page_says_who_helps(nora, client):
    assert "Staff sign you up" in as_(client, nora).get("/join/plan/").content.decode()


def test_staff_confirm_a_wish_in_one_click(world, nora, client):
    plan = a_plan("ask")
    told = as_(client, nora).post("/join/plan/", {"plan": plan.pk}, follow=True)
    assert "You asked for Trial." in told.content.decode()
    assert "Staff confirm it soon" in client.get("/join/").content.decode()
    desk = as_(client, world.dana)
    assert "1 request for a plan" in desk.get("/desk/").content.decode()
    assert "Nora New" in desk.get("/desk/plan-requests/").content.decode()
    wish = MembershipRequest.objects.get()
    desk.post(f"/desk/plan-requests/{wish.pk}/confirm/")
    assert nora.memberships.get().plan == plan
    assert desk.post(f"/desk/plan-requests/{wish.pk}/confirm/").status_code == 404


def test_staff_decline_a_wish_with_a_reason(world, nora, client):
    wish = MembershipRequest.objects.create(
        member=nora, plan=a_plan("ask"), asked_at=timezone.now()
    )
    desk, path = as_(client, world.dana), f"/desk/plan-requests/{wish.pk}/decline/"
    assert desk.post(path, {"why": ""}).status_code == 422
    assert desk.post(path, {"why": "Bring your card"}).status_code == 302
    assert not nora.memberships.exists()


def test_a_plan_of_the_desk_cannot_be_slipped_into_the_form(nora, client):
    plan = a_plan("staff")
    assert as_(client, nora).post("/join/plan/", {"plan": plan.pk}).status_code == 422


def test_the_desk_does_every_step_from_the_page_of_the_person(world, nora, client):
    a_document(world)
    page = as_(client, world.dana).get(f"/people/{nora.public_id}/").content.decode()
    assert "Still to join" in page
    for path in ("plan/", "sign/waiver/", "badge/"):
        assert f'href="/people/{nora.public_id}/{path}"' in page
    assert f'href="/certify/?member={nora.public_id}"' in page


def test_the_steps_take_two_queries(world, nora, django_assert_num_queries):
    a_document(world)
    a_certification(nora, world.certification)
    with django_assert_num_queries(2):
        steps_of(nora, timezone.now())
