"""Who gives an induction, or has a seat at one, and may not come any more: shown, told, freed."""

from datetime import timedelta

import pytest
from django.urls import reverse

from equipment.models import CertificationType
from members.models import AccessEpoch, Change, Hold, Membership
from members.services.memberships import end_membership
from notices import mail
from notices.models import Outbox
from tests.desk.agreeing import preview
from tests.people import NOW, a_certification, a_member
from tests.training.people import DAY, STARTS, an_induction, marta, signed_up
from training.models import Attendee
from training.services.clock import settle_due
from training.services.keeping_out import look_after_seats, missed_by

pytestmark = pytest.mark.django_db
CLOSES = STARTS - DAY


@pytest.fixture(autouse=True)
def epoch(db):
    AccessEpoch.objects.get_or_create(pk=1)


@pytest.fixture
def certifier(world):
    return marta(world)


@pytest.fixture
def seat(world, certifier):
    return signed_up(an_induction(world, certifier, capacity=1), world.bob)


def ends(member, at=NOW + timedelta(hours=1)):
    row = Membership.objects.get(member=member)
    return end_membership(membership=row, until=at, why="", by=member, now=NOW)


def told(seat):
    return Outbox.objects.filter(kind="induction-kept-out", to=seat.member).order_by("pk")


def test_who_may_come_is_told_nothing_and_keeps_the_seat(seat):
    assert look_after_seats(now=NOW) == look_after_seats(now=CLOSES) == 0
    assert not told(seat).exists()


def test_whose_membership_ends_is_told_once_and_keeps_the_seat_until_sign_up_closes(seat):
    ends(seat.member)
    for _round in range(2):
        assert look_after_seats(now=NOW) == 0
    (message,) = told(seat)
    assert message.context["lost"] is False and message.context["why"]
    seat.refresh_from_db()
    assert seat.state == Attendee.State.SIGNED_UP


def test_when_sign_up_closes_the_seat_goes_to_the_next_in_line(world, seat):
    ben = signed_up(seat.induction, world.alice)
    assert ben.state == Attendee.State.WAITING
    ends(seat.member)
    look_after_seats(now=NOW)
    assert look_after_seats(now=CLOSES) == 1
    seat.refresh_from_db()
    ben.refresh_from_db()
    assert (seat.state, ben.state) == ("cancelled", "signed-up")
    assert [one.context["lost"] for one in told(seat)] == [False, True]
    assert Change.objects.get(verb="lose_seat").on_behalf_of == seat.member


def test_who_renewed_in_time_keeps_it(world, seat):
    ends(seat.member)
    look_after_seats(now=NOW)
    Membership.objects.create(member=seat.member, plan=world.plan, starts=NOW + DAY)
    assert look_after_seats(now=CLOSES) == 0


def test_seats_of_those_who_may_not_come_do_not_count_for_the_minimum(world, certifier):
    seat = signed_up(an_induction(world, certifier, minimum=1), world.bob)
    ends(seat.member)
    assert settle_due(now=CLOSES) == 1
    seat.induction.refresh_from_db()
    assert seat.induction.state == "cancelled"


@pytest.mark.parametrize("lost", [False, True])
def test_the_message_says_until_when_the_seat_is_kept_or_that_it_is_gone(seat, lost):
    ends(seat.member)
    look_after_seats(now=CLOSES if lost else NOW)
    message = told(seat).get()
    words = mail.item(message.kind, message.context, seat.member)
    assert ("has closed" in str(words)) is lost
    assert ("is kept for you until" in str(words)) is not lost


def test_a_hold_keeps_from_what_one_gives_and_from_the_seats_one_has(world, certifier, seat):
    for member in (certifier, seat.member):
        assert not missed_by(member, NOW)
        Hold.objects.create(member=member, reason="Ban", remedy="Talk to staff.", since=NOW)
    assert missed_by(certifier, NOW).gives == (seat.induction,)
    assert missed_by(seat.member, NOW).seats == (seat,)


def sign_in(client, member):
    client.force_login(member)
    session = client.session
    session["second_factor"] = member.pk
    session.save()


def test_ending_a_membership_shows_the_inductions_it_would_hit(
    world, certifier, seat, client, time_machine
):
    time_machine.move_to(NOW, tick=False)
    sign_in(client, world.dana)
    for member, words in ((certifier, "somebody else has to"), (seat.member, "next in line")):
        row = Membership.objects.get(member=member)
        page = preview(client, reverse("desk:membership_end", args=[row.pk])).content.decode()
        assert "CNC for beginners" in page and words in page
        assert "It hits no booking" not in page
    assert not Change.objects.filter(verb="end_membership").exists()


@pytest.mark.parametrize("act", ["suspend", "revoke"])
def test_so_do_suspending_and_taking_back_a_certification(
    world, certifier, seat, client, time_machine, act
):
    time_machine.move_to(NOW, tick=False)
    sign_in(client, world.dana)
    held = certifier.certifications.get()
    page = client.get(reverse(f"desk:certification_{act}", args=[held.pk])).content.decode()
    assert "CNC for beginners" in page and "somebody else has to" in page
    held.refresh_from_db()
    assert held.revoked_at is None
    assert not Outbox.objects.filter(kind__startswith="certification-").exists()


def test_a_seat_that_builds_on_what_is_taken_back_is_listed_unless_another_of_it_counts(
    world, certifier, client, time_machine
):
    time_machine.move_to(NOW, tick=False)
    basics = CertificationType.objects.create(name="Basics", slug="basics")
    held = a_certification(world.charlie, basics)
    signed_up(an_induction(world, certifier, needs=basics), world.charlie)
    sign_in(client, world.dana)
    address = reverse("desk:certification_revoke", args=[held.pk])
    assert "next in line" in client.get(address).content.decode()
    a_certification(world.charlie, basics)
    assert "next in line" not in client.get(address).content.decode()


def test_without_any_it_says_that_it_hits_none(world, client, time_machine):
    time_machine.move_to(NOW, tick=False)
    sign_in(client, world.dana)
    nora = a_member("Nora New", plan=world.plan)
    row = Membership.objects.get(member=nora)
    page = preview(client, reverse("desk:membership_end", args=[row.pk])).content.decode()
    assert "It hits no booking, and no induction." in page
