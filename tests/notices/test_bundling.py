"""Choices take effect when a message is due: digests, quiet nights, and one mail for one story."""

from datetime import UTC, datetime, time, timedelta

import pytest

from notices.models import Outbox
from notices.services import choose, keep_quiet, post, send_due, stop, wanting
from notices.services.planning import HOLD
from tests.notices.letters import CONTEXTS
from tests.people import NOW, a_member, a_world

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 11, 25, 6, tzinfo=UTC)  # 7:00 in Berlin
NIGHT = datetime(2026, 11, 24, 22, tzinfo=UTC)  # 23:00 in Berlin
SECOND = timedelta(seconds=1)


@pytest.fixture
def world():
    return a_world()


def write(to, key, kind="booking-confirmed", at=NOW, bundle="", **more):
    context = {**CONTEXTS[kind], "starts": "2026-12-24T13:00:00+00:00"}
    context |= {"ends": "2026-12-24T14:30:00+00:00", **more}
    post(to=to, kind=kind, key=key, context=context, at=at, bundle=bundle)


def series(to, at=NOW, kind="booking-changed"):
    for number in range(10):
        write(to, f"{kind}-{at}-{number}", kind, at=at, bundle="series-1")


# --- bundles -------------------------------------------------------------------------------------


def test_ten_changes_of_one_series_are_one_mail(world, mailoutbox):
    series(world.alice)
    write(world.bob, "another")
    assert send_due(NOW) == 11
    to_alice, to_bob = sorted(mailoutbox, key=lambda letter: letter.to)
    assert to_alice.subject.startswith("10 messages: CNC router")
    assert to_alice.body.count("* CNC router") == 10
    assert to_alice.alternatives[0].content.count("/bookings/") == 10
    assert to_bob.subject.startswith("CNC router is yours")


def test_several_kinds_of_one_bundle_are_one_mail(world, mailoutbox):
    write(world.alice, "a", "booking-confirmed", bundle="disruption-7")
    write(world.alice, "b", "booking-changed", bundle="disruption-7")
    send_due(NOW)
    assert len(mailoutbox) == 1


def test_several_of_one_kind_at_one_moment_are_one_mail(world, mailoutbox):
    for number in range(3):
        write(world.alice, str(number))
    send_due(NOW)
    assert len(mailoutbox) == 1


def test_more_of_a_bundle_waits_ten_minutes_and_is_one_mail_again(world, mailoutbox):
    series(world.alice)
    send_due(NOW)
    for minute in (1, 2, 3):
        series(world.alice, at=NOW + timedelta(minutes=minute))
        assert send_due(NOW + timedelta(minutes=minute)) == 0
    assert send_due(NOW + HOLD) == 30
    assert len(mailoutbox) == 2


def test_what_is_urgent_waits_for_no_bundle(world, mailoutbox):
    write(world.alice, "a", bundle="series-1")
    send_due(NOW)
    write(world.alice, "b", "booking-cancelled", at=NOW + SECOND, bundle="series-1")
    assert send_due(NOW + SECOND) == 1


def test_a_long_bundle_is_counted_and_not_written_out(world, mailoutbox):
    for number in range(40):
        write(world.alice, str(number))
    assert send_due(NOW) == 40
    (letter,) = mailoutbox
    assert letter.body.count("* CNC router") == 30 and "10 more stand on the site." in letter.body


def test_one_message_that_cannot_be_told_stays_behind_alone(world, mailoutbox):
    write(world.alice, "sound")
    write(world.alice, "sound too")
    write(world.alice, "poison", starts="not a time")
    assert send_due(NOW) == 2
    poison = Outbox.objects.get(key="poison")
    assert poison.sent_at is None and "not a time" in poison.last_error
    write(world.alice, "later", at=NOW + timedelta(minutes=1))
    assert send_due(NOW + timedelta(minutes=1)) == 1


def test_a_bundle_that_failed_goes_again_as_the_same_mail(world, mailoutbox, monkeypatch):
    def fail(self, message):
        raise OSError("no")

    series(world.alice)
    with monkeypatch.context() as patch:
        patch.setattr("notices.transport.Line.send", fail)
        assert send_due(NOW) == 0
    (letter,) = Outbox.objects.values_list("letter", flat=True).distinct()
    write(world.alice, "new", "booking-changed", at=NOW + SECOND, bundle="series-1")
    assert send_due(NOW + timedelta(minutes=1)) == 11
    again, new = sorted(mailoutbox, key=lambda letter: -len(letter.body))
    assert again.extra_headers["Message-ID"].startswith(f"<{letter}@")
    assert again.body.count("* CNC router") == 10
    assert new.extra_headers["Message-ID"] != again.extra_headers["Message-ID"]


# --- choices -------------------------------------------------------------------------------------


def chosen(to, choice, kind="booking-confirmed"):
    choose(member=to, choices={kind: choice}, now=NOW)


def test_what_nobody_wants_by_mail_stands_on_the_site_alone(world, mailoutbox):
    chosen(world.alice, "none")
    write(world.alice, "a")
    assert send_due(NOW) == 0 and not mailoutbox
    assert Outbox.objects.get().kept_at == NOW
    assert list(Outbox.objects.shown(NOW))


def test_a_series_goes_by_what_was_chosen_about_bookings(world, mailoutbox):
    chosen(world.alice, "none")
    post(to=world.alice, kind="series-booked", key="s", context=CONTEXTS["series-booked"], at=NOW)
    assert send_due(NOW) == 0 and Outbox.objects.get().kept_at == NOW


def test_a_digest_waits_for_the_morning_and_lists_all(world, mailoutbox):
    chosen(world.alice, "daily")
    chosen(world.alice, "daily", "certification-given")
    write(world.alice, "a")
    write(world.alice, "b", "certification-given", at=NOW + timedelta(hours=2))
    for hours in range(15):
        assert send_due(NOW + timedelta(hours=hours)) == 0
    assert send_due(MORNING) == 2
    (letter,) = mailoutbox
    assert letter.subject.startswith("Your digest: 2 messages, ")
    assert "You are certified: CNC" in letter.body
    assert send_due(MORNING + timedelta(days=1)) == 0


def test_a_worker_that_slept_through_the_morning_sends_the_digest_late(world, mailoutbox):
    chosen(world.alice, "weekly")
    write(world.alice, "a")
    assert send_due(NOW + timedelta(days=20)) == 1


def test_a_digest_that_failed_is_tried_after_a_minute_and_not_after_a_day(
    world, mailoutbox, monkeypatch
):
    def fail(self, message):
        raise OSError("no")

    chosen(world.alice, "daily")
    write(world.alice, "a")
    with monkeypatch.context() as patch:
        patch.setattr("notices.transport.Line.send", fail)
        send_due(MORNING)
    assert send_due(MORNING + timedelta(minutes=1)) == 1


def test_a_digest_also_keeps_to_quiet_hours(world, mailoutbox):
    chosen(world.alice, "daily")
    keep_quiet(member=world.alice, hours=(time(22), time(9)))
    write(world.alice, "a")
    send_due(NOW)
    assert send_due(MORNING) == 0
    assert send_due(MORNING + timedelta(hours=2)) == 1


def test_choosing_mail_at_once_lets_go_what_waited_for_a_digest(world, mailoutbox):
    chosen(world.alice, "weekly")
    write(world.alice, "a")
    send_due(NOW)
    chosen(world.alice, "now")
    assert send_due(NOW) == 1


def test_at_night_only_what_is_urgent_comes(world, mailoutbox):
    keep_quiet(member=world.dana, hours=(time(22), time(7)))
    write(world.dana, "a", at=NIGHT)
    write(world.dana, "b", "alarm", at=NIGHT)
    assert send_due(NIGHT) == 1
    assert mailoutbox[0].subject == "Alarm at router-1"
    assert send_due(MORNING) == 1


def test_a_reminder_that_the_night_would_make_too_late_comes_in_the_night(world, mailoutbox):
    keep_quiet(member=world.alice, hours=(time(22), time(7)))
    write(world.alice, "a", "booking-reminder", at=NIGHT, starts="2026-11-25T05:00:00+00:00")
    assert send_due(NIGHT) == 1


def test_a_reminder_after_the_start_is_no_mail_any_more(world, mailoutbox):
    write(world.alice, "a", "booking-reminder", starts=NOW.isoformat())
    assert send_due(NOW) == 0
    assert Outbox.objects.get().kept_at == NOW


def test_what_cannot_be_turned_off_comes_whatever_was_chosen(world, mailoutbox):
    assert stop(member=world.alice, kinds=["certification-revoked"], now=NOW) == []
    write(world.alice, "a", "certification-revoked")
    assert send_due(NOW) == 1


def test_only_who_asked_is_told_of_the_quarter_hour_before(world):
    people = [world.alice.pk, world.bob.pk]
    assert wanting("booking-starting", people) == set()
    chosen(world.alice, "now", "booking-starting")
    assert wanting("booking-starting", people) == {world.alice.pk}
    assert wanting("booking-confirmed", people) == set(people)


def test_a_round_for_many_asks_as_much_as_for_one(world, mailoutbox, django_assert_num_queries):
    """Who wishes what and whose night it is are read once; each mail is claimed and marked."""
    members = [a_member(f"M{n} X", plan=None, space=world.space) for n in range(20)]
    for member in members:
        write(member, f"to-{member.pk}", "certification-given")
    # people, rows, wishes, quiet hours; savepoint, claim, release, mark for each; a last look
    with django_assert_num_queries(4 + 4 * 20 + 1):
        assert send_due(NOW) == 20
