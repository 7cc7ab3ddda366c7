"""Who may come to an induction and who may pass: what it builds on, theory, refreshers."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from bookings.errors import Refused
from bookings.models import Booking
from bookings.services import cancel, move, propose_hand_over
from bookings.services.changes import extend
from bookings.services.groups import cancel_group, move_group
from equipment.models import Certification, CertificationType, Prerequisite, Suspension
from equipment.services.theory import record_theory
from tests.people import NOW, a_certification
from tests.training.people import DAY, HOUR, STARTS, a_plan, an_induction, codes, signed_up
from tests.training.theory import a_test
from training import services
from training.models import Attendee, Induction


@pytest.fixture
def basics(world):
    basics = CertificationType.objects.create(name="Basics", slug="basics")
    Prerequisite.objects.create(type=world.certification, needs=basics)
    return basics


def page_of(induction, name="induction_detail"):
    return reverse(f"training:{name}", args=[induction.public_id])


def words(response):
    return response.content.decode()


# --- what it builds on -----------------------------------------------------------------------


def test_whoever_lacks_what_it_builds_on_earns_that_first(world, certifier, basics):
    induction = an_induction(world, certifier)
    with pytest.raises(Refused) as error:
        signed_up(induction, world.charlie)
    assert codes(error) == ["needs-first"]
    assert error.value.reasons[0].params["certification"] == "Basics"
    a_certification(world.charlie, basics)
    assert signed_up(induction, world.charlie).state == "signed-up"


def test_whoever_is_suspended_is_not_taught_it_either(world, certifier):
    Suspension.objects.create(
        member=world.charlie, type=world.certification, why="Look at it first", since=NOW
    )
    with pytest.raises(Refused) as error:
        signed_up(an_induction(world, certifier), world.charlie)
    assert codes(error) == ["suspended-first"]


# --- refreshers ------------------------------------------------------------------------------


@pytest.fixture
def refresher(world, certifier):
    world.certification.refresher_days = 30
    world.certification.save()
    return services.plan_induction(
        space=world.space,
        type=world.certification,
        certifier=certifier,
        plan=a_plan(),
        by=certifier,
        now=NOW,
        is_refresher=True,
    )


def test_a_refresher_is_for_who_holds_or_held_it_not_long_ago(world, refresher):
    with pytest.raises(Refused) as error:
        signed_up(refresher, world.charlie)
    assert codes(error) == ["refresher-only"]
    Certification.objects.filter(member=world.bob).update(until=NOW - 29 * DAY)
    assert signed_up(refresher, world.bob).state == "signed-up"
    assert signed_up(refresher, world.alice).state == "signed-up"


def test_what_is_too_long_ago_begins_from_the_start(world, refresher):
    Certification.objects.filter(member=world.bob).update(until=NOW - 31 * DAY)
    with pytest.raises(Refused) as error:
        signed_up(refresher, world.bob)
    assert codes(error) == ["refresher-only"]


# --- signing others up -----------------------------------------------------------------------


def test_whoever_runs_it_signs_others_up_by_name(world, certifier, client):
    induction = an_induction(world, certifier)
    client.force_login(world.dana)
    page, add = page_of(induction), page_of(induction, "sign_up_other")
    with time_machine.travel(NOW, tick=False):
        assert "Sign somebody up" in words(client.get(page))
        answer = client.post(add, {"member": "Charlie Okafor"}, follow=True)
        assert "Charlie Okafor has a seat." in words(answer)
        assert "Nobody by that name" in words(client.post(add, {"member": "Zoe"}))
        refused = words(client.post(add, {"member": "Marta Silva"}))
        assert "You give this induction yourself." in refused and "Marta Silva" in refused
    assert Attendee.objects.get(member=world.charlie).state == "signed-up"


def test_members_sign_nobody_else_up(world, certifier, client):
    induction = an_induction(world, certifier)
    client.force_login(world.charlie)
    assert client.post(page_of(induction, "sign_up_other"), {"member": "Bob"}).status_code == 404
    assert "Sign somebody up" not in words(client.get(page_of(induction)))


def test_a_walk_in_takes_a_seat_while_it_runs_and_none_where_all_are_taken(world, certifier):
    induction = an_induction(world, certifier, capacity=1)
    begun = STARTS + HOUR / 2
    with pytest.raises(Refused) as error:
        signed_up(induction, world.charlie, now=begun)
    assert codes(error) == ["sign-up-closed"]
    place = signed_up(induction, world.charlie, by=certifier, now=begun)
    assert place.state == "signed-up"
    with pytest.raises(Refused) as error:
        signed_up(induction, world.alice, by=certifier, now=begun)
    assert codes(error) == ["no-seat-left"]
    with pytest.raises(Refused) as error:
        signed_up(induction, world.dana, by=certifier, now=induction.ends)
    assert "sign-up-closed" in codes(error)


def test_an_induction_may_need_no_machine(world, certifier):
    induction = an_induction(world, certifier, machines=[])
    assert not Booking.objects.exists()
    assert signed_up(induction, world.charlie).state == "signed-up"
    services.cancel_induction(induction=induction, by=certifier, now=NOW)


# --- who may pass ----------------------------------------------------------------------------


def test_the_page_says_beforehand_who_still_lacks_what(
    world, certifier, client, django_assert_max_num_queries
):
    a_test(world, certifier)
    induction = an_induction(world, certifier)
    signed_up(induction, world.charlie)
    lack = "The theory of “CNC” is not passed. They take the test first."
    client.force_login(certifier)
    for at in (NOW, STARTS + SECOND):
        with time_machine.travel(at, tick=False), django_assert_max_num_queries(40):
            assert lack in words(client.get(page_of(induction)))
    client.force_login(world.charlie)
    with time_machine.travel(NOW, tick=False):
        assert lack not in words(client.get(page_of(induction)))


SECOND = timedelta(seconds=1)


def test_who_lacks_theory_does_not_pass_and_keeps_nobody_else_back(world, certifier, client):
    a_test(world, certifier)
    induction = an_induction(world, certifier)
    without, passed = (signed_up(induction, who) for who in (world.charlie, world.bob))
    record_theory(member=world.bob, type=world.certification, by=certifier, now=NOW)
    client.force_login(certifier)
    sent = {f"how-{one.public_id}": "passed" for one in (without, passed)}
    sent[f"note-{without.public_id}"] = "did well"
    with time_machine.travel(STARTS + HOUR, tick=False):
        page = words(client.post(page_of(induction, "attendance"), sent))
    assert "Nothing was written down for Charlie Okafor: The theory of “CNC”" in page
    assert "did well" in page
    without.refresh_from_db()
    passed.refresh_from_db()
    assert (without.state, passed.outcome) == ("signed-up", "passed")
    assert passed.certification is not None


# --- the machines it holds -------------------------------------------------------------------


def test_its_bookings_change_with_it_and_never_by_themselves(world, certifier):
    induction = an_induction(world, certifier, machines=[world.router, world.mill])
    booking = Booking.objects.filter(group=induction.group).first()
    of_it = {"booking": booking, "by": certifier, "now": NOW}
    later = {"starts": STARTS + HOUR, "ends": STARTS + 2 * HOUR}
    for attempt in (
        lambda: move(**of_it, **later),
        lambda: extend(**of_it, ends=STARTS + 3 * HOUR),
        lambda: cancel(**of_it),
        lambda: move_group(**of_it, **later),
        lambda: cancel_group(**of_it),
        lambda: propose_hand_over(**of_it, to=world.alice),
    ):
        with pytest.raises(Refused) as error:
            attempt()
        assert codes(error) == ["induction-holds-it"]
    held = Booking.objects.filter(group=induction.group, holds=True)
    assert {(row.starts, row.ends) for row in held} == {(STARTS, STARTS + 2 * HOUR)}
    plan = replace(a_plan(machines=[world.router]), title="Elsewhen")
    services.change_induction(induction=induction, plan=plan, by=certifier, now=NOW)
    assert held.all().count() == 1


def test_the_page_of_such_a_booking_leads_to_the_induction(world, certifier, client):
    induction = an_induction(world, certifier)
    booking = Booking.objects.get(group=induction.group)
    client.force_login(certifier)
    with time_machine.travel(NOW, tick=False):
        page = words(client.get(f"/bookings/{booking.public_id}/"))
        assert page_of(induction) in page and "its machines go with it" in page
        assert f"/bookings/{booking.public_id}/move/" not in page
        refused = words(client.post(f"/bookings/{booking.public_id}/cancel/", {"why": "no"}))
    assert page_of(induction) in refused and "This time belongs to an induction." in refused
    assert Induction.objects.get().state == "planned"
