"""Staff certify, revoke, lock out and clear; members report; everybody else finds nothing there."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from equipment.models import Certification, CertificationType, FaultReport, Level, Lockout, Mode
from equipment.services import lock_out, report_fault
from members.models import Role, Space
from members.services import issue_badge
from notices.models import Outbox
from notices.services import send_due
from tests.people import NOW, a_certification, a_machine, a_member, a_world

pytestmark = pytest.mark.django_db
CERTIFY = "/certify/"


@pytest.fixture
def world():
    with time_machine.travel(NOW, tick=False):
        yield a_world()


@pytest.fixture
def as_(client):
    """A client of that person's."""

    def sign_in(member):
        client.force_login(member)
        return client

    return sign_in


@pytest.fixture
def dana(world, as_):
    return as_(world.dana)


def a_list(*lines, **given):
    return {"type": "cnc", "lines": "\n".join(lines), "level": "2", **given}


def holds(member, type):
    return Certification.objects.valid(NOW).filter(member=member, type=type).exists()


# --- certifying ---------------------------------------------------------------------------------


def test_a_list_of_names_addresses_and_badges(world, dana):
    issue_badge(member=world.charlie, number="04A1B2C3", by=None, now=NOW)
    page = dana.post(CERTIFY, a_list("bob@example.org", "04:a1:b2:c3", "", "Nora"), follow=True)
    assert holds(world.bob, world.certification) and holds(world.charlie, world.certification)
    text = page.content.decode()
    assert "Bob Lindqvist is certified." in text and "Charlie Okafor is certified." in text
    assert "Nobody by that name, address or badge." in text
    assert ">\nNora</textarea>" in text  # what failed stands ready to be mended
    assert Outbox.objects.filter(kind="certification-given").count() == 2


def test_the_answers_are_shown_once_and_a_reload_certifies_nobody(world, dana):
    dana.post(CERTIFY, a_list("bob@example.org"), follow=True)
    assert "What became of your list" not in dana.get(CERTIFY).content.decode()
    assert Certification.objects.filter(member=world.bob).count() == 2


def test_a_name_that_several_have_is_asked_about(world, dana):
    second = a_member("Bob Marsh", plan=None, email="marsh@example.org")
    given = a_list("Bob", level="1", last_day="2027-03-31", note="good hands")
    page = dana.post(CERTIFY, given, follow=True).content.decode()
    assert not holds(world.bob, world.certification) and not holds(second, world.certification)
    assert "Several people may be meant" in page
    assert f'value="{second.public_id}"' in page
    for typed in ('value="1" selected', 'value="2027-03-31"', 'value="good hands"'):
        assert typed in page
    dana.post(CERTIFY, a_list(people=[str(second.public_id)]))
    assert holds(second, world.certification)


def test_one_person_named_twice_is_certified_once(world, dana):
    people = [str(world.charlie.public_id)]
    dana.post(CERTIFY, a_list("charlie@example.org", "Charlie Okafor", people=people))
    assert world.charlie.certifications.count() == 1


def test_a_person_comes_ticked_from_their_page(world, dana):
    page = dana.get(f"{CERTIFY}?member={world.bob.public_id}&type=cnc").content.decode()
    box = page[page.index(str(world.bob.public_id)) :]
    assert "checked" in box[: box.index(">")]


def test_the_last_day_counts_to_its_midnight_in_the_certifiers_zone(world, dana):
    world.dana.space = world.space
    world.dana.save()
    dana.post(CERTIFY, a_list("charlie@example.org", last_day="2027-03-31"))
    assert world.charlie.certifications.get().until == datetime(2027, 3, 31, 22, tzinfo=UTC)


def test_errors_keep_what_was_typed(world, dana):
    given = a_list("charlie@example.org", last_day="31 March", note="good hands")
    page = dana.post(CERTIFY, given).content.decode()
    for typed in ("charlie@example.org</textarea>", 'value="31 March"', 'value="good hands"'):
        assert typed in page
    assert not world.charlie.certifications.exists()
    page = dana.post(CERTIFY, a_list()).content.decode()
    assert "Write or tick at least one person." in page


def test_a_past_day_is_refused_for_each_line_in_words(world, dana):
    given = a_list("charlie@example.org", last_day="2026-01-01")
    page = dana.post(CERTIFY, given, follow=True).content.decode()
    assert "The end lies in the past" in page and not world.charlie.certifications.exists()


def test_people_are_found_to_be_ticked(world, dana):
    page = dana.get(f"{CERTIFY}?q=bob&type=cnc").content.decode()
    box = page[page.index(str(world.bob.public_id)) :]
    assert "checked" in box[: box.index(">")]  # there is but one
    assert str(world.charlie.public_id) not in page
    for asked in ("Nobody%00", "'; drop table", "%ff", "x" * 3000):
        assert "Nobody found for" in dana.get(f"{CERTIFY}?q={asked}").content.decode()


def test_all_or_none_of_a_list(world, dana):
    given = a_list("bob@example.org", "Nora", all_or_none="on")
    page = dana.post(CERTIFY, given, follow=True).content.decode()
    assert "Not everybody on the list is known" in page
    assert not holds(world.bob, world.certification)
    assert ">\nbob@example.org\nNora</textarea>" in page


def test_staff_set_aside_what_is_lacking_and_certifiers_are_not_even_asked(world, dana):
    CertificationType.objects.update(needs_theory=True)
    page = dana.post(CERTIFY, a_list("bob@example.org"), follow=True).content.decode()
    assert "The theory of “CNC” is not passed." in page
    dana.post(CERTIFY, a_list("bob@example.org", set_aside="Built the machine"))
    held = world.bob.certifications.latest("given_at")
    assert (held.given_at, held.set_aside) == (NOW, "Built the machine")


def test_a_certifier_who_forges_a_reason_sets_nothing_aside(world, as_):
    CertificationType.objects.update(needs_theory=True)
    world.alice.certifications.update(level=Level.MAY_CERTIFY)
    alice = as_(world.alice)
    assert "set_aside" not in alice.get(CERTIFY).content.decode()
    given = a_list("bob@example.org", set_aside="I say so")
    page = alice.post(CERTIFY, given, follow=True).content.decode()
    assert "The theory of “CNC” is not passed." in page
    assert not holds(world.bob, world.certification)


def test_a_certifier_forges_neither_a_type_nor_a_level(world, as_):
    CertificationType.objects.create(name="Laser", slug="laser")
    world.alice.certifications.update(level=Level.MAY_CERTIFY)
    alice = as_(world.alice)
    for forged in ({"type": "laser"}, {"level": "3"}, {"level": "99"}, {"type": "nothing"}):
        page = alice.post(CERTIFY, a_list("bob@example.org", **forged))
        assert "Select a valid choice" in page.content.decode()
    forged = a_list(people=[str(world.alice.public_id)])  # oneself stands in no list to tick
    assert "Select a valid choice" in alice.post(CERTIFY, forged).content.decode()
    assert Certification.objects.filter(given_at=NOW).count() == 0


def test_pasted_garbage_certifies_nobody(world, dana):
    garbage = ("\u202e\u2066", "' or 1=1 --", "<script>", "%s%s%n", "a@", "@", ",,;;", "é" * 500)
    page = dana.post(CERTIFY, a_list(*garbage), follow=True).content.decode()
    assert page.count("Nobody by that name") >= 5 and "<script>alert" not in page
    assert Certification.objects.filter(given_at=NOW).count() == 0


def test_two_of_one_name_who_are_ticked_are_both_certified(world, dana):
    both = [a_member("Sam Lee", plan=None, email=f"sam{number}@example.org") for number in (1, 2)]
    dana.post(CERTIFY, a_list(people=[str(person.public_id) for person in both]))
    assert all(holds(person, world.certification) for person in both)


def test_nobody_certifies_themselves(world, dana):
    page = dana.post(CERTIFY, a_list("dana@example.org"), follow=True).content.decode()
    assert "Nobody certifies themselves." in page
    assert not world.dana.certifications.exists()


def test_a_certifier_gives_what_they_may_and_makes_no_certifiers(world, as_):
    world.alice.certifications.update(level=Level.MAY_CERTIFY)
    client = as_(world.alice)
    client.post(CERTIFY, a_list("charlie@example.org", level="3"))
    assert not world.charlie.certifications.exists()
    client.post(CERTIFY, a_list("charlie@example.org", level="2"))
    assert holds(world.charlie, world.certification)


def test_the_page_is_for_those_who_may_certify(world, as_, client):
    assert as_(world.alice).get(CERTIFY).status_code == 403
    assert client.post(CERTIFY, a_list("charlie@example.org")).status_code == 403
    assert not world.charlie.certifications.exists()


# --- revoking -----------------------------------------------------------------------------------


def test_staff_revoke_with_a_reason_and_a_mode(world, dana):
    held = world.alice.certifications.get()
    path = f"/certifications/{held.pk}/revoke/"
    assert "Take back “CNC” of Alice Meyer" in dana.get(path).content.decode()
    response = dana.post(path, {"why": "unsafe clamping", "mode": "after-job"})
    assert response["Location"] == f"/certifications/{held.pk}/"
    held.refresh_from_db()
    assert (held.revoked_at, held.revoked_why) == (NOW, "unsafe clamping")
    assert (held.revoked_by, held.revoked_mode) == (world.dana, Mode.AFTER_JOB)
    assert dana.post(path, {"why": "again", "mode": "stop"}).status_code == 404


def test_a_reason_is_asked_for(world, dana):
    held = world.alice.certifications.get()
    page = dana.post(f"/certifications/{held.pk}/revoke/", {"why": "", "mode": "after-job"})
    assert page.status_code == 422 and 'value="after-job"' in page.content.decode()
    held.refresh_from_db()
    assert held.revoked_at is None


def test_members_revoke_nothing(world, as_):
    held = world.alice.certifications.get()
    path = f"/certifications/{held.pk}/revoke/"
    assert as_(world.bob).post(path, {"why": "x", "mode": "stop"}).status_code == 404
    held.refresh_from_db()
    assert held.revoked_at is None


# --- lockouts -----------------------------------------------------------------------------------

LOCK_OUT = "/machines/cnc-router/lock-out/"


def test_staff_lock_out_a_machine_in_the_machines_own_zone(world, dana):
    given = {
        "why": "belt slips",
        "mode": "after-job",
        "expected_until": "2026-11-26T18:00",
        "do_not_energise": "on",
    }
    assert dana.post(LOCK_OUT, given)["Location"] == "/machines/cnc-router/"
    lockout = Lockout.objects.get()
    assert (lockout.machine, lockout.placed_by) == (world.router, world.dana)
    assert lockout.expected_until == datetime(2026, 11, 26, 17, tzinfo=UTC)
    assert lockout.do_not_energise and lockout.mode == Mode.AFTER_JOB


@pytest.mark.parametrize(
    ("expected", "words"),
    [
        ("2027-03-28T02:30", "could"),  # does not exist: the clock goes forward
        ("2027-10-31T02:30", "could"),  # exists twice
        ("2026-11-24T13:30", "That has passed."),
        ("soon", "Enter a valid date/time."),
    ],
)
def test_an_impossible_time_is_refused_and_nothing_typed_is_lost(world, dana, expected, words):
    given = {"why": "belt slips", "mode": "stop", "expected_until": expected}
    page = dana.post(LOCK_OUT, given).content.decode()
    assert words in page
    assert 'value="belt slips"' in page and f'value="{expected}"' in page
    assert not Lockout.objects.exists()


def test_a_caretaker_of_one_space_locks_out_nothing_elsewhere(world, as_):
    away = Space.objects.create(name="Harbour", slug="harbour", zone="Europe/Berlin")
    a_machine("Band saw", world.tool_class, away)
    Role.objects.create(member=world.bob, space=away, kind=Role.Kind.MAINTAINER)
    client = as_(world.bob)
    assert client.get("/machines/band-saw/lock-out/").status_code == 200
    assert client.get(LOCK_OUT).status_code == 404
    assert client.post(LOCK_OUT, {"why": "x", "mode": "stop"}).status_code == 404
    assert not Lockout.objects.exists()


def test_staff_clear_a_lockout(world, dana):
    lockout = lock_out(machine=world.router, why="belt slips", by=world.dana, now=NOW)
    path = f"/lockouts/{lockout.pk}/clear/"
    assert "belt slips" in dana.get(path).content.decode()
    lockout.refresh_from_db()
    assert lockout.cleared_at is None
    dana.post(path)
    lockout.refresh_from_db()
    assert (lockout.cleared_at, lockout.cleared_by) == (NOW, world.dana)
    assert dana.post(path).status_code == 404


def test_members_clear_nothing(world, as_):
    lockout = lock_out(machine=world.router, why="belt slips", by=world.dana, now=NOW)
    assert as_(world.alice).post(f"/lockouts/{lockout.pk}/clear/").status_code == 404
    lockout.refresh_from_db()
    assert lockout.cleared_at is None


# --- faults -------------------------------------------------------------------------------------

FAULT = "/machines/cnc-router/fault/"


def test_any_member_reports_a_fault_and_staff_hear_of_it(world, as_):
    response = as_(world.charlie).post(FAULT, {"words": "It squeals."}, follow=False)
    assert response["Location"] == "/machines/cnc-router/"
    report = FaultReport.objects.get()
    assert (report.words, report.reported_by, report.lockout) == (
        "It squeals.",
        world.charlie,
        None,
    )
    assert Outbox.objects.get(kind="fault-reported").to == world.dana


def test_what_is_not_safe_is_locked_out_at_once(world, as_, mailoutbox):
    as_(world.charlie).post(FAULT, {"words": "It smokes.", "unsafe": "on"})
    lockout = Lockout.objects.get()
    assert (lockout.machine, lockout.why, lockout.mode) == (world.router, "It smokes.", Mode.STOP)
    assert send_due(NOW) == 2
    assert [letter.to for letter in mailoutbox] == [[world.dana.email]], "one story, one mail"


def test_a_report_without_words_keeps_the_tick(world, as_):
    page = as_(world.charlie).post(FAULT, {"words": " ", "unsafe": "on"}).content.decode()
    assert "This field is required." in page
    box = page[page.index('name="unsafe"') :]
    assert "checked" in box[: box.index(">")]
    assert not FaultReport.objects.exists()


def a_report(world):
    return report_fault(machine=world.router, words="It squeals.", by=world.charlie, now=NOW)


def test_staff_answer_a_report(world, dana):
    report = a_report(world)
    path = f"/faults/{report.pk}/answer/"
    page = dana.get(path).content.decode()
    assert "It squeals." in page and "Charlie Okafor" in page
    assert dana.post(path)["Location"] == "/machines/cnc-router/"
    report.refresh_from_db()
    assert report.answered_at == NOW
    assert dana.post(path).status_code == 404


def test_members_answer_nothing(world, as_):
    report = a_report(world)
    assert as_(world.charlie).post(f"/faults/{report.pk}/answer/").status_code == 404
    report.refresh_from_db()
    assert report.answered_at is None


# --- doors --------------------------------------------------------------------------------------


def paths(world):
    held = a_certification(world.charlie, world.certification)
    lockout = lock_out(machine=world.mill, why="belt slips", by=world.dana, now=NOW)
    return [
        CERTIFY,
        f"/certifications/{held.pk}/revoke/",
        LOCK_OUT,
        f"/lockouts/{lockout.pk}/clear/",
        f"/faults/{a_report(world).pk}/answer/",
        FAULT,
    ]


def test_strangers_are_sent_to_sign_in(world, client):
    for path in paths(world):
        for send in (client.get, client.post):
            assert send(path)["Location"].startswith("/account/login/"), path


def test_no_other_method_is_taken(world, dana):
    for path in paths(world):
        assert dana.put(path).status_code == 405, path


def test_what_is_not_there_is_not_found(dana):
    for path in (
        "/certifications/999/revoke/",
        "/lockouts/999/clear/",
        "/faults/999/answer/",
        "/machines/no-such/lock-out/",
        "/machines/no-such/fault/",
    ):
        assert dana.get(path).status_code == 404, path


def test_a_retired_machine_takes_no_reports(world, as_):
    world.router.retired_at = NOW - timedelta(days=1)
    world.router.save()
    assert as_(world.charlie).get(FAULT).status_code == 404
