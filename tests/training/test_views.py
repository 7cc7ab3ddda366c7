"""The pages of inductions: each works, and denies whom it should."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from bookings.models import Booking
from equipment.models import Certification
from equipment.services.suspensions import suspend_certification
from members.models import Role, Space
from tests.people import NOW, a_member
from tests.training.people import DAY, HOUR, STARTS, an_induction, signed_up
from training.models import Attendee, Induction

LIST, NEW = "/inductions/", "/inductions/new/"


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def induction(world, certifier):
    return an_induction(world, certifier)


def page_of(induction, name="induction_detail"):
    return reverse(f"training:{name}", args=[induction.public_id])


def withdrawal(attendee):
    return reverse("training:withdraw", args=[attendee.public_id])


def words(response):
    return response.content.decode()


def typed(**given):
    return {
        "type": "cnc",
        "level": "2",
        "title": "CNC evening",
        "starts": "2026-11-27T17:00",
        "ends": "2026-11-27T19:00",
        "machines": ["cnc-router"],
        "capacity": "10",
        "minimum": "2",
        "closes_hours": "24",
        "cancel_hours": "12",
        "notes": "",
        **given,
    }


def marks(**how):
    """What the attendance page sends: the choice for each attendee, by public id."""
    return {f"how-{public_id}": choice for public_id, choice in how.items()}


# --- the list --------------------------------------------------------------------------------


def test_the_list_says_what_each_gives_and_how_many_seats_are_left(world, induction, client):
    client.force_login(world.charlie)
    page = words(client.get(LIST))
    assert "CNC for beginners" in page and "gives “CNC”" in page and "2 seats left" in page
    assert NEW not in page
    assert "CNC for beginners" not in words(client.get(LIST, {"gives": "wood"}))


def test_the_list_takes_as_many_queries_for_many_as_for_one(
    world, certifier, induction, client, django_assert_num_queries
):
    client.force_login(world.charlie)
    client.get(LIST)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as one:
        client.get(LIST)
    for days in range(1, 6):
        more = an_induction(world, certifier, starts=STARTS + days * DAY)
        signed_up(more, world.bob)
    with django_assert_num_queries(len(one)):
        client.get(LIST)


def test_strangers_are_sent_to_sign_in(induction, client, db):
    for path in (LIST, NEW, page_of(induction)):
        assert client.get(path).status_code == 302
    assert client.get(page_of(induction, "sign_up")).status_code == 405


# --- a member's place ------------------------------------------------------------------------


def test_a_member_signs_up_and_withdraws(world, induction, client):
    client.force_login(world.charlie)
    assert "Sign up" in words(client.get(page_of(induction)))
    answer = client.post(page_of(induction, "sign_up"), follow=True)
    assert "You have a seat" in words(answer)
    client.post(withdrawal(Attendee.objects.get()))
    assert Attendee.objects.get().state == Attendee.State.CANCELLED


def test_what_stands_against_it_is_said_with_what_to_do(world, induction, client):
    stranger = a_member("Nora Unplanned", plan=None)
    client.force_login(stranger)
    for answer in (
        client.get(page_of(induction)),
        client.post(page_of(induction, "sign_up")),
    ):
        assert "You are on no plan yet." in words(answer)
    assert not Attendee.objects.exists()


def test_a_full_one_is_waited_for(world, certifier, client):
    induction = an_induction(world, certifier, capacity=1)
    signed_up(induction, world.bob)
    client.force_login(world.charlie)
    answer = client.post(page_of(induction, "sign_up"), follow=True)
    assert "You wait for a seat" in words(answer)


def test_who_else_comes_is_for_those_who_run_it(world, certifier, induction, client):
    seat = signed_up(induction, world.bob)
    client.force_login(world.charlie)
    assert "Bob Lindqvist" not in words(client.get(page_of(induction)))
    assert client.post(withdrawal(seat)).status_code == 404
    for member in (certifier, world.dana):
        client.force_login(member)
        assert "Bob Lindqvist" in words(client.get(page_of(induction)))


def test_only_those_who_run_it_change_it_and_call_it_off(world, induction, client):
    elsewhere = Space.objects.create(name="Southside", slug="southside")
    other = a_member("Olga Stern", plan=world.plan)
    Role.objects.create(member=other, space=elsewhere, kind=Role.Kind.STAFF)
    for member in (world.charlie, other):
        client.force_login(member)
        for name in ("induction_change", "induction_cancel"):
            assert client.get(page_of(induction, name)).status_code == 404
            assert client.post(page_of(induction, name)).status_code == 404
        assert client.post(page_of(induction, "attendance")).status_code == 404
    assert Induction.objects.get().state == Induction.State.PLANNED


# --- planning --------------------------------------------------------------------------------


def test_a_certifier_plans_one(world, certifier, client):
    client.force_login(certifier)
    answer = client.post(NEW, typed(certifier=str(certifier.public_id)))
    induction = Induction.objects.get()
    assert answer.url == page_of(induction)
    assert (induction.capacity, induction.minimum) == (10, 2)
    assert induction.closes_at == induction.starts - DAY
    assert Booking.objects.get(group=induction.group).machine == world.router


def test_staff_plan_one_that_somebody_else_gives(world, certifier, client):
    client.force_login(world.dana)
    client.post(NEW, typed(certifier=str(certifier.public_id)))
    assert Induction.objects.get().certifier == certifier


def test_a_certifier_who_is_suspended_plans_none(world, certifier, client):
    client.force_login(certifier)
    assert client.get(NEW).status_code == 200
    type, why = world.certification, "Left the key"
    suspend_certification(member=certifier, type=type, why=why, by=world.dana, now=NOW)
    assert client.get(NEW).status_code == 403


def test_members_plan_none_and_certifiers_for_nobody_else(world, certifier, client):
    client.force_login(world.charlie)
    assert client.get(NEW).status_code == 403
    client.force_login(certifier)
    answer = client.post(NEW, typed(certifier=str(world.dana.public_id)))
    assert answer.status_code == 200 and not Induction.objects.exists()


def test_a_refused_plan_keeps_what_was_typed(world, certifier, client):
    an_induction(world, certifier, starts=NOW + 3 * DAY + 4 * HOUR)  # 17:30 in Berlin
    client.force_login(certifier)
    page = words(client.post(NEW, typed(certifier=str(certifier.public_id))))
    assert "CNC router: " in page and "CNC evening" in page
    assert Induction.objects.count() == 1


@pytest.mark.parametrize("flaw", [{"starts": "soon"}, {"capacity": "-1"}, {"machines": ["x"]}])
def test_a_flawed_plan_is_no_plan(world, certifier, client, flaw):
    client.force_login(certifier)
    answer = client.post(NEW, typed(certifier=str(certifier.public_id), **flaw))
    assert answer.status_code == 200 and not Induction.objects.exists()


def test_a_change_starts_from_what_it_is(world, certifier, induction, client):
    client.force_login(certifier)
    page = words(client.get(page_of(induction, "induction_change")))
    assert 'value="2026-11-27T13:30"' in page and "CNC for beginners" in page
    given = typed(title="", machines=[], certifier=str(certifier.public_id))
    client.post(page_of(induction, "induction_change"), given)
    induction.refresh_from_db()
    assert (induction.title, induction.capacity) == ("CNC", 10)
    assert not Booking.objects.filter(group=induction.group, holds=True).exists()


def test_calling_it_off_asks_why(world, certifier, induction, client):
    client.force_login(certifier)
    assert client.post(page_of(induction, "induction_cancel")).status_code == 200
    client.post(page_of(induction, "induction_cancel"), {"why": "Ill"})
    assert "Called off" in words(client.get(page_of(induction)))


# --- how it went -----------------------------------------------------------------------------


def test_one_page_marks_everybody(world, certifier, client):
    induction = an_induction(world, certifier, capacity=3)
    charlie, bob = signed_up(induction, world.charlie), signed_up(induction, world.bob)
    client.force_login(certifier)
    with time_machine.travel(STARTS + HOUR, tick=False):
        sent = marks(**{str(charlie.public_id): "passed", str(bob.public_id): "absent"})
        answer = client.post(page_of(induction, "attendance"), {**sent, "do": "finish"})
        assert answer.status_code == 302
    induction.refresh_from_db()
    assert induction.state == Induction.State.HELD
    assert Certification.objects.filter(given_by=certifier).get().member == world.charlie


def test_who_is_not_marked_keeps_it_open_and_the_rest_is_saved(world, certifier, client):
    induction = an_induction(world, certifier)
    charlie = signed_up(induction, world.charlie)
    signed_up(induction, world.bob)
    client.force_login(certifier)
    with time_machine.travel(STARTS + HOUR, tick=False):
        sent = marks(**{str(charlie.public_id): "passed"})
        page = words(client.post(page_of(induction, "attendance"), {**sent, "do": "finish"}))
        assert "Nobody said yet how it went for Bob Lindqvist." in page
        client.post(page_of(induction, "attendance"), {"do": "present"})
    assert set(Attendee.objects.values_list("state", "outcome")) == {
        ("attended", "passed"),
        ("attended", ""),
    }


def test_an_unknown_mark_saves_nothing(world, certifier, client):
    induction = an_induction(world, certifier)
    charlie = signed_up(induction, world.charlie)
    client.force_login(certifier)
    with time_machine.travel(STARTS + timedelta(minutes=5), tick=False):
        sent = marks(**{str(charlie.public_id): "sideways"})
        assert client.post(page_of(induction, "attendance"), sent).status_code == 200
    assert Attendee.objects.get().state == Attendee.State.SIGNED_UP


# --- the way there ---------------------------------------------------------------------------


def test_a_machine_leads_whoever_lacks_it_to_the_next_induction(world, induction, client):
    client.force_login(world.charlie)
    page = words(client.get("/machines/cnc-router/"))
    assert page_of(induction) in page and "Next induction: " in page
    client.force_login(world.alice)
    assert page_of(induction) not in words(client.get("/machines/cnc-router/"))


def test_a_refused_booking_leads_to_the_inductions_that_give_it(world, induction, client):
    client.force_login(world.charlie)
    page = words(client.get("/machines/cnc-router/book/?starts=2026-11-25T14:00&minutes=60"))
    assert "/inductions/?gives=cnc" in page


def test_where_none_is_planned_it_says_how_else(world, client):
    client.force_login(world.charlie)
    page = words(client.get(LIST, {"gives": "cnc"}))
    assert "No induction is planned that gives “CNC”" in page
    assert "Marta&#x27;s induction, Wednesdays 17:00" in page
