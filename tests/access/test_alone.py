"""A device comes back from being on its own: its rows are filed once, its session taken over."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import wire
from access import services
from access.models import Device, JournalRow, Session
from access.records import receive
from access.services import keys
from access.services.lists import issue
from bookings.models import Booking
from bookings.services import lapse_stale
from equipment.services import clear_lockout, lock_out
from members.models import Badge
from members.services import revoke_badge
from notices.models import Outbox
from tests.access.world import BADGES, BOOT, MINUTE, OTHER_BOOT, Site, kinds, replace
from wire.sign import badge_in_list

OWN = f"off-{BOOT}-1"
CAPS = ("relay", "reader", "current", "list-hmac")
STRANGER = "0123456789abcdef"


@pytest.fixture
def site(db):
    """Alice has booked, and stands in the list of the mill."""
    site = Site()
    site.booted_at = site.now - timedelta(hours=5)
    site.secret = keys.new_key(site.device, by=None, now=site.now)
    Device.objects.update(takes_lists=True, caps=CAPS)
    site.booking = site.book("alice", minutes=120)
    issue(device_id=site.device.pk, now=site.now)
    return site


def a_row(site, i=1, ev="on", ago=60, who="alice", sid=OWN, **changes):
    """What happened `ago` seconds before now."""
    happened = site.now - timedelta(seconds=ago)
    fields = {
        "boot": BOOT,
        "up": site.up - ago,
        "utc": int(happened.timestamp()),
        "badge": badge_in_list(site.secret, BADGES[who]) if who in BADGES else who,
        "sid": sid,
    }
    return wire.Row(i, ev=ev, **(fields | changes))


def a_gap(site, i):
    return a_row(site, i, ev="gap", badge=None, sid=None)


def journal(site, *rows, **changes):
    fields = {"boot": BOOT, "up": site.up, "list": 1, "first": rows[0].i if rows else 1}
    return wire.Journal("mill-1", j=tuple(rows), **(fields | changes))


def show(site, *rows, **changes):
    """What is said to it."""
    return site.handle(journal(site, *rows, **changes))


class TestFiling:
    def test_a_row_is_written_down_with_whose_it_was_and_then_acked(self, site):
        (filed,) = show(site, a_row(site), a_row(site, 2, "off", ago=10))
        assert filed == wire.Filed(upto=2)
        on, off = JournalRow.objects.all()
        assert (on.ev, on.member, on.sid, on.list_seq) == ("on", site.world.alice, OWN, 1)
        assert (on.doubt, off.doubt) == ("", "")
        assert on.at == site.now - MINUTE

    def test_twice_is_once_and_acked_twice(self, site):
        for _ in range(3):
            (filed,) = show(site, a_row(site))
        assert filed.upto == 1
        assert JournalRow.objects.count() == 1
        assert site.events("offline") == ["on"]
        assert site.box().journal_upto == 1

    def test_the_log_tells_of_it_at_its_own_time(self, site):
        show(site, a_row(site, ago=600))
        (event,) = site.box().events.filter(kind="offline")
        assert (event.at, event.member_id) == (site.now - 10 * MINUTE, site.world.alice.pk)
        services.seal()
        assert list(services.verify()) == []

    def test_a_session_that_came_and_went_is_in_the_history(self, site):
        show(site, a_row(site, ago=600), a_row(site, 2, "off", ago=300))
        session = Session.objects.get()
        assert (session.member, session.ground, session.state) == (
            site.world.alice, "offline", "ended",
        )  # fmt: skip
        assert session.activated_at == site.now - 10 * MINUTE
        assert session.ended_at == site.now - 5 * MINUTE

    def test_rows_of_a_boot_before_are_dated_by_their_time_of_day(self, site):
        old = a_row(site, boot=OTHER_BOOT, up=5, ago=600)
        show(site, old)
        row = JournalRow.objects.get()
        assert (row.at, row.doubt) == (site.now - 10 * MINUTE, "")

    @pytest.mark.parametrize("fast", [0, 90, -7200])
    def test_its_newest_row_of_this_boot_tells_how_far_its_time_of_day_is_off(self, site, fast):
        row = a_row(site, 2, "off", ago=10)
        show(site, a_row(site), replace(row, utc=row.utc + fast))
        assert site.box().clock_off == fast

    def test_rows_of_another_boot_or_without_a_time_of_day_tell_nothing_of_it(self, site):
        show(site, a_row(site, boot=OTHER_BOOT), a_row(site, 2, utc=0))
        assert site.box().clock_off is None

    def test_no_rows_are_no_message(self, site):
        assert show(site) == []

    def test_what_it_said_is_on_its_page(self, site):
        hello = wire.Hello("mill-1", BOOT, 1, "1", "kit", "power", CAPS, list=1, jrn=7)
        site.handle(hello)
        box = site.box()
        assert (box.list_stored, box.journal_waiting, tuple(box.caps)) == (1, 7, CAPS)
        show(site, a_row(site), a_row(site, 2, "off", ago=1))
        assert site.box().journal_waiting == 5

    @pytest.mark.parametrize(("kept", "next_one"), [(40, 41), (0, 2), (0xFFFF_FFFF, 2)])
    def test_a_list_of_a_database_restored_since_is_followed_by_the_next(
        self, site, kept, next_one
    ):
        site.handle(wire.Hello("mill-1", BOOT, 1, "1", "kit", "power", CAPS, list=kept, jrn=0))
        Booking.objects.update(
            ends=site.booking.ends + MINUTE, blocked_until=site.booking.ends + MINUTE
        )
        said = issue(device_id=site.device.pk, now=site.now)
        assert wire.parse_down(said.topic, said.payload, site.secret).seq == next_one

    def test_only_a_device_with_lists_costs_statements(self, site):
        counts = []
        for up, caps in enumerate((("relay",), CAPS)):
            hello = wire.Hello("mill-1", BOOT, up, "1", "kit", "power", caps, list=0, jrn=0)
            with CaptureQueriesContext(connection) as queries:
                site.handle(hello)
            counts.append(len(queries))
        assert counts[1] == counts[0] + 2

    def test_the_booking_of_that_time_was_attended(self, site):
        show(site, a_row(site))
        site.booking.refresh_from_db()
        assert site.booking.state == "running"
        assert site.booking.checked_in_at == site.now - MINUTE

    def test_even_if_it_was_taken_for_a_no_show(self, site):
        Booking.objects.update(lapses_at=site.now - MINUTE)
        assert lapse_stale(now=site.now) == 1
        show(site, a_row(site, ago=240))
        site.booking.refresh_from_db()
        assert (site.booking.state, site.booking.holds) == ("done", False)
        assert JournalRow.objects.get().doubt == ""


class TestGaps:
    def test_lost_rows_are_an_alarm_once(self, site):
        for _ in range(2):
            (filed,) = show(site, a_gap(site, 9), a_row(site, 10))
        assert filed.upto == 10
        assert site.events("alarm") == ["journal-gap"]
        assert "9" in Outbox.objects.get(kind="alarm").context["words"]

    def test_one_in_the_place_of_what_is_filed_is_no_lie(self, site):
        show(site, a_row(site))
        show(site, a_gap(site, 1))
        assert site.events("alarm") == []


class TestDoubt:
    def doubt(self, site, *rows):
        show(site, *(rows or (a_row(site),)))
        return JournalRow.objects.first().doubt

    def test_a_certification_lost_before_it(self, site):
        site.world.alice.certifications.update(revoked_at=site.now - 5 * MINUTE)
        assert self.doubt(site) == "certification-revoked"
        assert site.events("alarm") == ["offline-doubt"]
        assert Outbox.objects.filter(kind="alarm").count() == 1

    def test_one_lost_after_it_is_none(self, site):
        row = a_row(site)
        site.world.alice.certifications.update(revoked_at=site.now)
        assert self.doubt(site, row) == ""

    def test_a_lockout_then_though_it_is_cleared_now(self, site):
        lockout = lock_out(machine=site.mill, why="Belt", by=None, now=site.now - 5 * MINUTE)
        clear_lockout(lockout=lockout, by=site.world.dana, now=site.now)
        assert self.doubt(site) == "locked-out"

    def test_a_lockout_since_is_none(self, site):
        lock_out(machine=site.mill, why="Belt", by=None, now=site.now)
        assert self.doubt(site) == ""

    def test_a_badge_revoked_before_it(self, site):
        badge = Badge.objects.get(member=site.world.alice)
        revoke_badge(badge=badge, by=None, now=site.now - 5 * MINUTE)
        assert self.doubt(site) == "badge-revoked"

    def test_a_booking_that_was_cancelled(self, site):
        Booking.objects.update(state="cancelled", holds=False)
        assert self.doubt(site) == "not-booked"

    def test_a_badge_no_list_ever_named(self, site):
        assert self.doubt(site, a_row(site, who="charlie")) == "unknown-badge"
        assert JournalRow.objects.get().member is None

    @pytest.mark.parametrize("wrong", [86_400, -86_400, 300])
    def test_a_clock_that_was_wrong(self, site, wrong):
        row = a_row(site, utc=int(site.now.timestamp()) - 60 + wrong)
        assert self.doubt(site, row) == "clock-wrong"

    def test_a_row_of_an_old_boot_out_of_the_future(self, site):
        utc = int((site.now + timedelta(days=1)).timestamp())
        assert self.doubt(site, a_row(site, boot=OTHER_BOOT, utc=utc)) == "clock-wrong"

    def test_a_row_that_knows_no_time(self, site):
        assert self.doubt(site, a_row(site, boot=OTHER_BOOT, utc=0)) == "clock-wrong"
        assert JournalRow.objects.get().at is None

    def test_a_name_only_servers_give(self, site):
        assert self.doubt(site, a_row(site, sid="a" * 24)) == "no-machine"
        show(site, a_row(site, 2, "off", sid="a" * 24))
        assert not Session.objects.exists()


class TestForged:
    def test_a_row_told_twice_and_not_the_same_is_an_alarm_and_changes_nothing(self, site):
        show(site, a_row(site))
        (filed,) = show(site, a_row(site, who=STRANGER))
        assert filed.upto == 1
        assert JournalRow.objects.get().member == site.world.alice
        assert site.events("alarm") == ["journal-conflict"]

    @pytest.mark.parametrize(("first", "numbers"), [(1, (2,)), (1, (1, 3)), (2, (2, 1))])
    def test_rows_out_of_order_are_dropped(self, site, first, numbers):
        rows = [a_row(site, n) for n in numbers]
        assert show(site, *rows, first=first) == []
        assert site.events("dropped") == ["bad-rows"]

    def test_a_flood_fills_no_table_and_is_not_acked(self, site):
        for n in range(0, 200, 4):
            show(site, *(a_row(site, i) for i in range(n + 1, n + 5)))
        assert JournalRow.objects.count() <= 128
        assert set(site.events("dropped")) == {"flood"}
        site.wait(61)
        assert kinds(show(site, a_row(site, 500))) == ["journal"]

    def test_the_largest_numbers_there_are(self, site):
        top = 0xFFFF_FFFF
        (filed,) = show(site, a_row(site, top, utc=top, up=0))
        assert filed.upto == top
        assert JournalRow.objects.get().doubt == "clock-wrong"

    @pytest.mark.parametrize(
        "payload",
        [
            b'{"boot":"%b","up":1,"list":1,"from":1,"j":[{"i":1,"boot":"%b","up":1,"utc":1,'
            b'"ev":"on\\u0000","badge":"0123456789abcdef","sid":"off-1"}]}',
            b'{"boot":"%b","up":1,"list":1,"from":1,"j":[{"i":1,"boot":"%b","up":1,"utc":1,'
            b'"ev":"on","badge":"0123456789abcdef","sid":"off\\u0000"}]}',
        ],
    )
    def test_a_nul_is_no_name(self, site, payload):
        filled = payload % (BOOT.encode(), BOOT.encode())
        assert site.handle(receive("bk/1/mill-1/up/journal", filled)) == []
        assert site.events("dropped") == ["bad-field"]

    def test_a_retained_copy_files_nothing(self, site):
        assert site.handle(journal(site, a_row(site)), retain=True) == []
        assert not JournalRow.objects.exists()

    def test_of_a_boot_that_is_not_the_newest_nothing_is_filed(self, site):
        (sync,) = show(site, a_row(site), boot=OTHER_BOOT)
        assert sync.kind == "sync"
        assert not JournalRow.objects.exists()


class TestAdopting:
    def test_it_goes_on_under_leases_once_its_row_is_filed(self, site):
        assert kinds(site.state("armed", OWN)) == ["sync"]
        show(site, a_row(site))
        (lease,) = site.state("armed", OWN)
        assert (lease.kind, lease.sid) == ("lease", OWN)
        session = Session.objects.get()
        assert (session.state, session.ground, session.booking) == (
            "active", "offline", site.booking,
        )  # fmt: skip
        assert session.until == site.booking.ends

    def test_and_ends_like_any_other(self, site):
        show(site, a_row(site))
        site.state("armed", OWN)
        site.wait(10).state("locked")
        session = Session.objects.get()
        assert (session.state, session.end_reason) == ("ended", "lease-over")
        show(site, a_row(site), a_row(site, 2, "off", ago=1))
        assert Session.objects.count() == 1

    def test_its_ground_stays_told_while_it_lasts(self, site):
        show(site, a_row(site))
        site.state("armed", OWN)
        site.wait(10).state("running", OWN)
        site.sweep()
        assert Session.objects.get().ground == "offline"

    def test_who_may_not_any_more_is_told_off_by_its_mode(self, site):
        show(site, a_row(site))
        site.world.alice.certifications.update(revoked_at=site.now)
        said = site.state("armed", OWN)
        assert [(m.sid, m.mode, m.code) for m in said if m.kind == "off"] == [
            (OWN, "stop", "certification-revoked")
        ]
        site.wait(2).state("locked")
        assert Session.objects.get().state == "ended"

    def test_a_badge_revoked_meanwhile_ends_it(self, site):
        show(site, a_row(site))
        revoke_badge(badge=Badge.objects.get(member=site.world.alice), by=None, now=site.now)
        assert "off" in kinds(site.state("armed", OWN))

    def test_a_session_no_row_tells_of_is_waited_for_and_then_switched_off(self, site):
        site.state("armed", OWN)
        assert kinds(site.wait(20).state("armed", OWN)) == []
        assert "off" in kinds(site.wait(20).state("armed", OWN))
        assert site.events("alarm") == ["unknown-session"]

    def test_one_begun_by_a_badge_no_list_named_is_switched_off_at_once(self, site):
        show(site, a_row(site, who="charlie"))
        assert "off" in kinds(site.state("armed", OWN))
        assert not Session.objects.exists()

    def test_the_servers_own_session_before_it_is_over_by_it(self, site):
        site.sid = site.tap("alice").grant.sid
        site.state("armed", site.sid)
        show(site, a_row(site, ago=0))
        site.wait(20)
        (lease,) = [m for m in site.state("armed", OWN) if m.kind == "lease"]
        assert lease.sid == OWN
        assert site.session.state == "ended"

    def test_once_over_it_is_not_taken_over_again(self, site):
        show(site, a_row(site))
        site.state("armed", OWN)
        site.wait(10).state("locked")
        assert "off" in kinds(site.wait(10).state("armed", OWN))
        assert Session.objects.get().state == "ended"


class TestTheTime:
    def test_it_answers_a_state_and_comes_again_each_minute(self, site):
        (sync,) = site.state()
        assert (sync.utc, sync.boot) == (int(site.now.timestamp()), BOOT)
        assert sync.re is not None
        assert site.wait(10).state() == []
        assert kinds(site.wait(50).state()) == ["sync"]

    def test_who_has_no_lists_is_told_none(self, site):
        Device.objects.update(caps=["relay", "reader"])
        assert site.state() == []

    def test_it_is_a_whole_second_of_the_wall(self, site):
        (sync,) = site.state()
        assert datetime.fromtimestamp(sync.utc, tz=UTC) <= site.now
