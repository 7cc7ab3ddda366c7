"""One certification on its page: who reads it, what may be done, and what that would cost."""

from datetime import timedelta

import pytest

from desk.certifications import certifications_of
from equipment.models import Certification, CertificationType, Level, Suspension
from equipment.services.attachments import attach
from equipment.services.suspensions import suspend_certification
from members.models import Role, Space
from tests.desk.conftest import a_booking
from tests.equipment.files import an_upload
from tests.people import NOW, a_certification, a_machine, a_member, a_tool_class

DAY = timedelta(days=1)


@pytest.fixture
def marta(world):
    """May certify for CNC, and is not of the staff."""
    marta = a_member("Marta Keller", plan=world.plan)
    a_certification(marta, world.certification)
    Certification.objects.filter(member=marta).update(level=Level.MAY_CERTIFY)
    return marta


@pytest.fixture
def held(world):
    return world.alice.certifications.get()


def path(held, do=""):
    return f"/certifications/{held.pk}/{do}"


def text(response):
    return " ".join(response.content.decode().split())


def lines(world, now=NOW):
    [held] = certifications_of(world.alice, now, world.space.tz)
    return held.word, held.text


def suspend(world, **terms):
    return suspend_certification(
        member=world.alice,
        type=world.certification,
        why="The fire on Tuesday",
        by=world.dana,
        now=NOW,
        **terms,
    )


# --- its page ------------------------------------------------------------------------------------


def test_everything_about_it_on_one_page(
    world, as_member, held, settings, tmp_path, django_assert_max_num_queries
):
    settings.MEDIA_ROOT = tmp_path
    Certification.objects.filter(pk=held.pk).update(
        note="Good hands", set_aside="Ten years at Heller's", idle_until=NOW + 90 * DAY
    )
    attach(certification=held, upload=an_upload(), by=world.dana, now=NOW)
    suspend(world)
    client = as_member(world.dana)
    client.get(path(held))
    with django_assert_max_num_queries(18):
        page = text(client.get(path(held)))
    for words in (
        "Good hands",
        "Ten years at Heller&#x27;s",
        "proof.pdf",
        "The fire on Tuesday",
        "Lift the suspension",
        "22 February 2027",
        "added a file",
        "suspended a certification",
    ):
        assert words in page


def test_its_holder_reads_it_and_does_nothing_with_it(world, as_member, held):
    page = text(as_member(world.alice).get(path(held)))
    assert "On one&#x27;s own" in page
    for words in ("Take back", "Suspend", "Add a file", "Renew or raise"):
        assert words not in page
    for do in ("revoke/", "suspend/", "attach/"):
        assert as_member(world.alice).get(path(held, do)).status_code == 404


def test_nobody_else_reads_it(world, as_member, held):
    assert as_member(world.charlie).get(path(held)).status_code == 404


def test_a_certifier_reads_and_judges_only_their_types(world, as_member, held, marta):
    laser = CertificationType.objects.create(name="Laser", slug="laser")
    other = a_certification(world.alice, laser)
    client = as_member(marta)
    assert "Take back" in text(client.get(path(held)))
    for do in ("", "revoke/", "suspend/", "attach/"):
        assert client.get(path(other, do)).status_code == 404
        assert client.post(path(other, do), {"why": "x"}).status_code in (404, 405)


def test_what_was_taken_back_cannot_be_suspended_or_taken_back_again(world, as_member, held):
    Certification.objects.update(revoked_at=NOW - DAY, revoked_why="Unsafe", revoked_by=world.dana)
    client = as_member(world.dana)
    page = text(client.get(path(held)))
    assert "Unsafe" in page and "Suspend" not in page
    for do in ("revoke/", "suspend/"):
        assert client.get(path(held, do)).status_code == 404


# --- what it would cost is told before ---------------------------------------------------------


@pytest.mark.parametrize("do", ["revoke/", "suspend/"])
def test_the_bookings_it_would_cost_are_shown_before(world, as_member, held, do):
    a_booking(world.router, world.alice)
    free = a_machine("Drill", a_tool_class("Drills"), world.space)
    a_booking(free, world.alice)
    page = text(as_member(world.dana).get(path(held, do)))
    assert "1 booking cannot be used then" in page
    assert "CNC router" in page and "Drill" not in page
    assert not Suspension.objects.exists()


def test_one_of_several_costs_nothing_when_it_is_taken_back(world, as_member, held):
    a_certification(world.alice, world.certification)
    a_booking(world.router, world.alice)
    client = as_member(world.dana)
    assert "It touches no booking" in text(client.get(path(held, "revoke/")))
    assert "1 booking cannot be used" in text(client.get(path(held, "suspend/")))


def test_two_alike_do_not_cost_each_other(world, as_member, held):
    """Given at one instant with the same end: taking back the one leaves the other."""
    Certification.objects.create(
        member=world.alice,
        type=world.certification,
        given_at=held.given_at,
        until=held.until,
        level=held.level,
    )
    a_booking(world.router, world.alice)
    assert "It touches no booking" in text(as_member(world.dana).get(path(held, "revoke/")))


# --- suspending and lifting ---------------------------------------------------------


def test_staff_suspend_and_lift(world, as_member, held):
    client = as_member(world.dana)
    given = {"why": "The fire on Tuesday", "last_day": "", "mode": "after-job"}
    page = client.post(path(held, "suspend/"), given, follow=True)
    assert "is suspended." in text(page) and "until somebody lifts it" in text(page)
    placed = Suspension.objects.get()
    assert (placed.why, placed.mode, placed.until) == ("The fire on Tuesday", "after-job", None)
    page = client.post(f"/suspensions/{placed.pk}/lift/", follow=True)
    assert "counts again" in text(page)
    assert client.post(f"/suspensions/{placed.pk}/lift/").status_code == 404


def test_the_last_day_counts_to_its_midnight(world, as_member, held):
    world.dana.space = world.space
    world.dana.save()
    given = {"why": "A week off", "last_day": "2026-11-30", "mode": "stop"}
    as_member(world.dana).post(path(held, "suspend/"), given)
    assert Suspension.objects.get().until.isoformat() == "2026-11-30T23:00:00+00:00"


@pytest.mark.parametrize(
    "typed, words",
    [
        ({"why": "", "last_day": "", "mode": "stop"}, "This field is required"),
        ({"why": "x" * 121, "last_day": "", "mode": "stop"}, "at most 120"),
        ({"why": "A fire", "last_day": "2026-11-01", "mode": "stop"}, "lies in the past"),
        ({"why": "A fire", "last_day": "soon", "mode": "stop"}, "valid date"),
        ({"why": "A fire", "last_day": "", "mode": "explode"}, "Select a valid choice"),
    ],
)
def test_bad_input_is_told_and_kept(world, as_member, held, typed, words):
    page = as_member(world.dana).post(path(held, "suspend/"), typed)
    assert page.status_code == 422 and words in text(page)
    assert typed["why"] in text(page) and typed["last_day"] in text(page)
    assert not Suspension.objects.exists()


def test_a_second_suspension_is_refused_in_words(world, as_member, held):
    suspend(world)
    page = as_member(world.dana).post(path(held, "suspend/"), {"why": "Again", "mode": "stop"})
    assert "is suspended already" in text(page)
    assert Suspension.objects.count() == 1


def test_a_certifier_decides_nothing_about_their_own(world, as_member, marta):
    own, client = marta.certifications.get(), as_member(marta)
    given = {"why": "Let me", "mode": "stop"}
    for do in ("suspend/", "revoke/"):
        page = client.post(path(own, do), given)
        assert page.status_code == 422 and "Others decide about your own" in text(page)
    assert "Take back" not in text(client.get(path(own)))
    placed = suspend_certification(
        member=marta, type=world.certification, why="A fire", by=world.dana, now=NOW
    )
    assert client.post(f"/suspensions/{placed.pk}/lift/").status_code == 404
    assert not Suspension.objects.filter(lifted_at__isnull=False).exists()


def test_staff_lift_nothing_of_their_own(world, as_member):
    a_certification(world.dana, world.certification)
    admin = a_member("Ada Admin", plan=None)
    Role.objects.create(member=admin, kind=Role.Kind.ADMIN)
    placed = suspend_certification(
        member=world.dana, type=world.certification, why="A fire", by=admin, now=NOW
    )
    page = as_member(world.dana).post(f"/suspensions/{placed.pk}/lift/", follow=True)
    assert "Others decide about your own" in text(page)
    placed.refresh_from_db()
    assert placed.lifted_at is None


# --- in a line -----------------------------------------------------------------------------------


def test_the_line_of_each_state(world, held):
    assert lines(world) == ("Valid", "On one's own, until 24 November 2027")
    Certification.objects.update(until=NOW + 10 * DAY)
    assert lines(world)[0] == "Ends soon"
    Certification.objects.update(idle_until=NOW + 5 * DAY)
    assert lines(world)[1] == "On one's own, to be used by 29 November 2026"
    assert lines(world, NOW + 6 * DAY) == (
        "Ended",
        "Ended on 29 November 2026, not used for so long",
    )
    Certification.objects.update(idle_until=None)
    assert lines(world, NOW + 11 * DAY)[0] == "Ended"
    placed = suspend(world)
    assert lines(world) == ("Suspended", "Suspended until somebody lifts it")
    Suspension.objects.update(until=NOW + 2 * DAY)
    assert lines(world) == ("Suspended", "Suspended until 26 November 2026")
    assert lines(world, placed.since + 3 * DAY)[0] == "Ends soon"
    Certification.objects.update(revoked_at=NOW - DAY)
    assert lines(world)[0] == "Taken back"


def test_the_highest_that_is_valid_stands_for_its_type(world, held):
    lower = a_certification(world.alice, world.certification)
    Certification.objects.filter(pk=lower.pk).update(level=Level.PROVISIONAL, given_at=NOW)
    assert lines(world)[1].startswith("On one's own")
    Certification.objects.filter(pk=held.pk).update(revoked_at=NOW - DAY)
    assert lines(world)[1].startswith("Under supervision")


def test_pages_of_members_show_what_is_suspended(world, as_member, held):
    suspend(world)
    client = as_member(world.alice)
    for address in ("/", "/you/"):
        assert "Suspended" in text(client.get(address))
    assert "The fire on Tuesday" in text(client.get("/you/"))
    assert "Suspended" in text(as_member(world.dana).get(f"/people/{world.alice.public_id}/"))


def test_staff_of_another_space_judge_people_too_and_open_no_bookings_of_this_one(
    world, as_member, held
):
    elsewhere = Space.objects.create(name="Southside", slug="southside", zone="Europe/Berlin")
    tom = a_member("Tom Berger", plan=None)
    Role.objects.create(member=tom, space=elsewhere, kind=Role.Kind.STAFF)
    booking = a_booking(world.router, world.alice)
    page = text(as_member(tom).get(path(held, "revoke/")))
    assert "CNC router" in page and str(booking.public_id) not in page
