"""Who may come in when: windows of plans, past midnight, in spring and autumn; and the wire."""

import zoneinfo
from datetime import UTC, datetime, time, timedelta

import pytest

import wire
from access.doors import Visit, refusals
from access.models import AccessEvent, Device, Door, DoorWindow
from bookings.rules.hours import Opening, Shut
from equipment.eligibility import Facts, HoldFact, Span
from members.models import Closure, Pause, Role
from members.services import end_membership, place_hold
from tests.access.world import BADGES, BOOT, Site, replace
from tests.people import NOW

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
DAYS = tuple(Opening(day, time(9), time(21)) for day in range(7))
YEAR = timedelta(days=365)
MEMBER = Facts(
    known_at=NOW, machine="Front door", machine_slug="", memberships=(Span(NOW - YEAR, None),)
)
ALLOWED = Visit(door="Front door", judge=MEMBER, zone=BERLIN, windows=DAYS)


def at(*moment, fold=0):
    return datetime(*moment, tzinfo=BERLIN, fold=fold).astimezone(UTC)


def codes(visit, now=NOW):
    return [reason.code for reason in refusals(visit, now)]


def window(weekday, opens, closes):
    return replace(ALLOWED, windows=(Opening(weekday, opens, closes),))


class TestPurely:
    def test_a_member_in_a_window_of_their_plan_comes_in(self):
        assert codes(ALLOWED) == []

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"memberships": ()}, "no-membership"),
            ({"memberships": (Span(NOW - YEAR, NOW),)}, "membership-ended"),
            ({"pauses": (Span(NOW, NOW + YEAR),)}, "membership-paused"),
            ({"holds": (HoldFact("Dues", "Pay", Span(NOW, None)),)}, "on-hold"),
            ({"active": False}, "account-closed"),
        ],
    )
    def test_who_is_no_member_in_good_standing_stays_outside(self, change, code):
        assert code in codes(replace(ALLOWED, judge=replace(MEMBER, **change)))

    def test_a_plan_without_windows_opens_nothing(self):
        assert codes(replace(ALLOWED, windows=())) == ["door-not-yours"]

    def test_outside_the_windows_it_says_when_it_opens(self):
        night = at(2026, 11, 24, 22)
        (reason,) = refusals(ALLOWED, night)
        assert (reason.code, reason.params["opens"]) == ("door-shut", at(2026, 11, 25, 9))

    def test_a_window_may_begin_in_a_week(self):
        weekly = window(1, time(8), time(9))  # Tuesday
        (reason,) = refusals(weekly, at(2026, 11, 24, 9))
        assert reason.params["opens"] == at(2026, 12, 1, 8)

    @pytest.mark.parametrize(("hour", "open_"), [(8, False), (9, True), (20, True), (21, False)])
    def test_windows_are_half_open(self, hour, open_):
        assert (codes(ALLOWED, at(2026, 11, 24, hour)) == []) is open_

    @pytest.mark.parametrize(
        ("moment", "open_"),
        [((27, 21, 59), False), ((27, 22, 0), True), ((28, 1, 59), True), ((28, 2, 0), False)],
    )
    def test_past_midnight_belongs_to_the_day_it_began(self, moment, open_):
        friday_night = window(4, time(22), time(2))
        assert (codes(friday_night, at(2026, 11, *moment)) == []) is open_

    def test_in_the_hour_that_comes_twice_it_stays_open(self):
        sunday = window(6, time(1), time(3))  # 25 October 2026: 3:00 becomes 2:00
        first, second = at(2026, 10, 25, 2, 30), at(2026, 10, 25, 2, 30, fold=1)
        assert second - first == timedelta(hours=1)
        assert codes(sunday, first) == codes(sunday, second) == []
        assert codes(sunday, at(2026, 10, 25, 3)) == ["door-shut"]

    def test_in_the_hour_that_is_skipped_nothing_opens_late(self):
        sunday = window(6, time(3), time(5))  # 29 March 2026: 2:00 becomes 3:00
        assert codes(sunday, at(2026, 3, 29, 3)) == []
        assert codes(sunday, at(2026, 3, 29, 1, 59)) == ["door-shut"]

    def test_a_closure_shuts_it_and_its_end_is_told(self):
        shut = Shut(NOW, NOW + timedelta(days=1), "Flood")
        (reason, *_) = refusals(replace(ALLOWED, closures=(shut,)), NOW)
        assert (reason.code, reason.params["until"]) == ("closed", shut.ends)

    def test_what_opens_next_is_after_the_closure(self):
        holiday = Shut(at(2026, 11, 25, 0), at(2026, 11, 27, 0), "Holiday")
        (reason,) = refusals(replace(ALLOWED, closures=(holiday,)), at(2026, 11, 24, 22))
        assert reason.params["opens"] == at(2026, 11, 27, 9)

    def test_closed_for_longer_than_a_week_names_no_day(self):
        long = Shut(at(2026, 11, 25, 0), at(2026, 12, 24, 0), "Winter")
        assert codes(replace(ALLOWED, closures=(long,)), at(2026, 11, 24, 22)) == ["door-shut-long"]

    def test_staff_come_in_at_night_through_closures_and_without_a_plan(self):
        closed = Shut(NOW, NOW + YEAR, "Flood")
        nobody = replace(MEMBER, memberships=())
        staff = Visit("Front door", nobody, BERLIN, is_staff=True, closures=(closed,))
        assert codes(staff) == []
        assert codes(replace(staff, judge=replace(nobody, active=False))) != []


@pytest.fixture
def site(db):
    """The front door of the workshop, 9 to 21 for everybody on the plan."""
    site = Site()
    device = Device.objects.create(
        name="front", space=site.world.space, is_interlock=False, boot=BOOT, online=True
    )
    site.door = Door.objects.create(space=site.world.space, name="Front door", device=device)
    for day in range(7):
        DoorWindow.objects.create(
            door=site.door, plan=site.world.plan, weekday=day, opens=time(9), closes=time(21)
        )
    return site


def knock(site, who, **changes):
    fields = {"boot": BOOT, "up": site.up, "nonce": next(site.nonces)} | changes
    (answer,) = site.handle(wire.Tap("front", badge=BADGES[who], **fields))
    return answer


class TestOnTheWire:
    def test_a_pulse_for_that_tap_and_no_session(self, site):
        nonce = "d" * 24
        answer = knock(site, "alice", nonce=nonce)
        assert (answer.ok, answer.nonce, answer.pulse_ms) == (True, nonce, 3000)
        assert answer.text == "Hello Alice. Come in."
        assert answer.grant is None
        assert not site.open_sessions().exists()
        event = AccessEvent.objects.get(kind="tap")
        assert (event.code, event.ok, event.member_id) == ("door-open", True, site.world.alice.pk)

    def test_no_certification_is_asked_for(self, site):
        assert knock(site, "charlie").ok

    @pytest.mark.parametrize("hour", [6, 22])
    def test_out_of_hours_it_says_when(self, site, hour):
        site.now = at(2026, 11, 24, hour)
        site.booted_at = site.now - timedelta(seconds=100)
        answer = knock(site, "alice")
        assert (answer.ok, answer.code, answer.pulse_ms) == (False, "door-shut", None)
        assert "9:00" in answer.text

    def test_whose_membership_ended_stays_outside(self, site):
        end_membership(
            membership=site.world.alice.memberships.get(),
            by=site.world.dana,
            until=site.now,
            now=site.now,
        )
        assert knock(site, "alice").code == "membership-ended"

    def test_a_pause_and_a_hold_keep_one_outside(self, site):
        alice = site.world.alice
        Pause.objects.create(
            member=alice,
            membership=alice.memberships.get(),
            asked_at=site.now,
            starts=site.now,
            until=site.now + timedelta(days=5),
        )
        assert knock(site, "alice").code == "membership-paused"
        place_hold(
            member=site.world.bob, reason="Dues", remedy="Pay", by=site.world.dana, now=site.now
        )
        assert knock(site, "bob").code == "on-hold"

    def test_a_closure_keeps_members_out_and_staff_not(self, site):
        Closure.objects.create(
            space=site.world.space,
            starts=site.now,
            ends=site.now + timedelta(days=1),
            reason="Flood",
        )
        assert knock(site, "alice").code == "closed"
        assert knock(site, "dana").pulse_ms == 3000

    def test_staff_of_another_space_are_members_like_others(self, site):
        Role.objects.all().delete()
        site.now = at(2026, 11, 24, 22)
        site.booted_at = site.now - timedelta(seconds=100)
        assert knock(site, "dana").code == "door-shut"

    def test_an_unknown_badge_opens_nothing(self, site):
        (answer,) = site.handle(wire.Tap("front", BOOT, site.up, next(site.nonces), "04FFFFFF"))
        assert (answer.ok, answer.pulse_ms) == (False, None)

    def test_a_repeat_is_the_same_tap(self, site):
        nonce = "e" * 24
        first = knock(site, "alice", nonce=nonce)
        assert knock(site.wait(1), "alice", nonce=nonce, up=site.up - 1) == first
        assert site.events("tap") == ["door-open"]
