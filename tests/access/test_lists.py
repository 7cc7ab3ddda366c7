"""Lists for devices on their own: the same answer as a tap, numbered, signed, and taken back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from django.db import OperationalError

import wire
from access import facts, lists
from access.decision import Claim, Facts, Grant, decide
from access.models import AccessEvent, Device, ListedBadge
from access.records import Asked, Outbound
from access.rounds import EVERY, Rounds
from access.services import keys
from access.services.lists import (
    SLICE,
    allow_lists,
    issue,
    issue_next,
    look_for_changes,
    no_list_because,
)
from bookings.models import Booking
from device import ed25519
from equipment import eligibility
from equipment.eligibility import Span
from equipment.models import Lockout
from equipment.services import lock_out
from members.models import AccessEpoch, Badge, Closure
from members.services import issue_badge, place_hold, revoke_badge
from tests.access.world import BADGES, BOOT, MINUTE, Site
from tests.people import NOW
from wire.memory import Config, Memory, Store
from wire.offline import LONGEST_LIST, list_refused
from wire.sign import badge_in_list

HOUR = 60 * MINUTE
CAPS = ["relay", "reader", "current", "list-hmac"]


@pytest.fixture
def site(db):
    """Its device may work on its own."""
    site = Site()
    site.key = keys.new_key(site.device, by=None, now=site.now)
    Device.objects.update(takes_lists=True, caps=CAPS)
    return site


def issued(site, again=False):
    """The list that leaves; None where none does."""
    said = issue(device_id=site.device.pk, again=again, now=site.now)
    return None if said is None else wire.parse_down(said.topic, said.payload, site.key)


def h16(site, who):
    return badge_in_list(site.key, BADGES[who])


def at(moment):
    return datetime.fromtimestamp(moment, tz=UTC)


class TestWhoIsInIt:
    def test_whoever_is_booked_and_certified_from_a_little_before(self, site):
        booking = site.book("alice", begins=60, minutes=120)
        (entry,) = issued(site).e
        assert entry.badge == h16(site, "alice")
        assert at(entry.opens) == booking.starts - 10 * MINUTE
        assert at(entry.until) == booking.ends
        assert entry.fin == site.world.tool_class.finish_seconds

    @pytest.mark.parametrize("who", ["bob", "charlie"])
    def test_whoever_a_tap_would_refuse_is_not(self, site, who):
        site.book(who)
        assert issued(site) is None

    def test_nobody_without_a_booking_even_where_one_may_walk_up(self, site):
        site.world.tool_class.walk_up = True
        site.world.tool_class.save()
        assert issued(site) is None

    def test_bookings_of_the_day_to_come_and_none_beyond(self, site):
        site.book("alice", begins=23 * 60, minutes=24 * 60)
        assert len(issued(site).e) == 1
        later = site.now + 26 * HOUR
        Booking.objects.update(starts=later - HOUR, ends=later, blocked_until=later)
        assert issued(site).e == ()

    def test_an_entry_ends_when_the_certification_does(self, site):
        until = site.now + 30 * MINUTE
        site.world.alice.certifications.update(until=until)
        site.book("alice", minutes=60)
        (entry,) = issued(site).e
        assert at(entry.until) == until

    def test_and_where_the_space_closes(self, site):
        closing = site.now + 20 * MINUTE
        Closure.objects.create(
            space=site.world.space, starts=closing, ends=closing + HOUR, reason="Party"
        )
        site.book("alice", minutes=60)
        (entry,) = issued(site).e
        assert at(entry.until) == closing

    def test_a_lockout_with_an_end_in_sight_empties_it_all_the_same(self, site):
        site.book("alice", begins=120, minutes=180)
        Lockout.objects.create(
            machine=site.mill, why="Belt", since=site.now, expected_until=site.now + HOUR
        )
        assert issued(site) is None

    def test_what_is_offered_or_asked_for_opens_nothing(self, site):
        site.book("alice")
        Booking.objects.update(state="requested")
        assert issued(site) is None

    def test_each_badge_of_a_member_is_there_but_no_revoked_one(self, site):
        alice = site.world.alice
        issue_badge(member=alice, number="04AAAAAA", by=None, now=site.now)
        gone = issue_badge(member=alice, number="04BBBBBB", by=None, now=site.now)
        revoke_badge(badge=gone, by=None, now=site.now)
        site.book("alice")
        assert {entry.badge for entry in issued(site).e} == {
            h16(site, "alice"),
            badge_in_list(site.key, "04AAAAAA"),
        }

    def test_bookings_back_to_back_are_one_entry(self, site):
        site.book("alice", minutes=60)
        site.book("alice", begins=60, minutes=120)
        (entry,) = issued(site).e
        assert at(entry.until) == site.now + 120 * MINUTE

    def test_the_nearest_first_and_as_many_as_a_message_holds(self, site):
        for n in range(lists.MOST + 6):
            site.book(("alice", "dana")[n % 2], begins=n * 10, minutes=n * 10 + 5)
        site.world.dana.certifications.create(
            type=site.world.certification, given_at=site.now - HOUR
        )
        said = issue(device_id=site.device.pk, now=site.now)
        found = wire.parse_down(said.topic, said.payload, site.key)
        assert len(found.e) == lists.MOST
        assert len(said.payload) < 4096
        assert [e.opens for e in found.e] == sorted(e.opens for e in found.e)

    @pytest.mark.parametrize("minutes", range(-15, 75, 5))
    def test_at_every_moment_it_says_what_a_tap_would_be_told(self, site, minutes):
        site.book("alice", begins=0, minutes=60)
        (entry,) = issued(site).e
        site.wait(minutes * 60)
        (context,) = facts.where([Asked("mill-1")])
        known = facts.know({site.world.alice.pk}, [context.bench], site.now)
        decision = decide(known.facts(site.world.alice.pk, context.bench), site.now)
        listed = entry.opens <= site.now.timestamp() < entry.until
        assert listed == isinstance(decision, Grant)


@pytest.mark.parametrize("seed", range(40))
def test_what_is_left_out_of_a_full_day_changes_no_entry(seed):
    random = Random(seed)
    claims, ends = [], NOW - HOUR
    for n in range(30):
        starts = ends + random.choice((0, 0, 5, 30)) * MINUTE
        ends = starts + random.choice((5, 10, 60)) * MINUTE
        blocked = ends + random.choice((0, 5)) * MINUTE
        opens = random.random() < 0.9
        claims.append(Claim(n, random.randrange(3), starts, ends, blocked, opens=opens))
        ends = blocked
    judge = eligibility.Facts(NOW, "Mill", "mill", memberships=(Span(NOW - HOUR),))
    early, overrun = random.randrange(3) * 15 * MINUTE, random.randrange(2) * 10 * MINUTE
    facts = [Facts(judge, who, tuple(claims), (), early, overrun) for who in range(3)]
    looks = lists.stretches(claims, lambda who: facts[who], NOW)
    found = [stretch for stretch in looks if stretch is not None]
    whole = [lists._stretch(facts[c.member_id], c, NOW) for c in claims if c.opens]
    assert found
    for stretch in whole:
        assert stretch is None or any(entry.covers(stretch) for entry in found)
    assert all(entry in whole for entry in found)


class TestBadgesAsTheyAreRead:
    @pytest.mark.parametrize(
        ("fmt", "sent"),
        [("hex", "04A11CE0"), ("reversed", "E01CA104"), ("decimal", "77667552"),
         ("decimal", "0077667552")],
    )  # fmt: skip
    def test_a_list_names_a_badge_as_its_reader_sends_it(self, site, fmt, sent):
        Device.objects.update(badge_format=fmt)
        site.book("alice")
        assert badge_in_list(site.key, sent) in {entry.badge for entry in issued(site).e}

    def test_one_that_does_not_open_spoils_no_list(self, site, caplog):
        Badge.objects.filter(member=site.world.dana).update(number_sealed=b"damaged-and-short")
        site.world.dana.certifications.create(
            type=site.world.certification, given_at=site.now - HOUR
        )
        site.book("dana", minutes=10)
        site.book("alice", begins=20, minutes=60)
        assert [entry.badge for entry in issued(site).e] == [h16(site, "alice")]
        assert "does not open" in caplog.text


class TestNumbers:
    def test_one_by_one_and_only_when_something_has_changed(self, site):
        site.book("alice")
        assert issued(site).seq == 1
        assert issued(site) is None
        site.book("alice", begins=90, minutes=120)
        assert issued(site).seq == 2

    def test_it_is_valid_for_twelve_hours_at_any_time(self, site):
        site.book("alice", begins=20 * 60, minutes=21 * 60)
        first = issued(site)
        assert at(first.exp) - site.now > 12 * HOUR
        site.wait(11 * 3600)
        assert issued(site) is None
        site.wait(3600)
        second = issued(site)
        assert (second.seq, second.e) == (2, first.e)

    def test_a_device_takes_it(self, site):
        site.book("alice")
        found = issued(site)
        config = Config("mill-1", tuple(CAPS), key=site.key)
        memory = Memory("b" * 16, 0, 0, Store())
        assert list_refused(memory, config, found) is None
        assert at(found.iss) < site.now  # for a clock that is a little behind

    def test_a_gatekeeper_that_was_faster_is_not_followed_by_another(self, site, monkeypatch):
        site.book("alice")
        entries = lists.entries

        def late(*args):
            Device.objects.update(list_seq=7)
            return entries(*args)

        monkeypatch.setattr(lists, "entries", late)
        assert issued(site) is None
        assert site.box().list_seq == 7

    def test_the_same_bytes_again_for_a_broker_that_has_lost_them(self, site):
        site.book("alice")
        first = issue(device_id=site.device.pk, now=site.now)
        again = issue(device_id=site.device.pk, again=True, now=site.now + MINUTE)
        assert again == first == Outbound(first.topic, first.payload, 1, retain=True)

    def test_but_not_when_they_have_run_out(self, site):
        site.book("alice", minutes=30)
        issue(device_id=site.device.pk, now=site.now)
        site.wait(25 * 3600)
        assert issued(site, again=True).e == ()

    def test_who_was_ever_named_is_known_for_good(self, site):
        site.book("alice")
        issued(site)
        listed = ListedBadge.objects.get()
        assert (listed.h16, listed.badge.member) == (h16(site, "alice"), site.world.alice)


class TestSigned:
    def test_with_ed25519_where_the_device_can_check_no_other(self, site):
        Device.objects.update(caps=["relay", "reader", "list-ed25519"])
        site.book("alice")
        said = issue(device_id=site.device.pk, now=site.now)
        verifier = ed25519.verifier(keys.list_public_key())
        assert wire.parse_down(said.topic, said.payload, None, verifier).seq == 1

    def test_under_the_key_the_device_has_until_it_speaks_with_the_next(self, site):
        site.book("alice")
        keys.new_key(site.device, by=None, now=site.now)
        assert issued(site).seq == 1
        Device.objects.update(key_before_sealed=None)
        site.key = keys.key_of(site.box())
        assert issued(site).e[0].badge == h16(site, "alice")


class TestTakenBack:
    @pytest.fixture
    def sent(self, site):
        site.book("alice")
        return issued(site)

    def empty(self, site):
        found = issued(site)
        assert (found.seq, found.e) == (2, ())
        assert issued(site) is None
        site.wait(13 * 3600)
        assert issued(site) is None  # nothing more to say, ever again

    def test_by_staff(self, site, sent):
        allow_lists(device=site.box(), allowed=False, by=site.world.dana, now=site.now)
        self.empty(site)

    def test_with_the_certification(self, site, sent):
        site.world.alice.certifications.update(revoked_at=site.now)
        self.empty(site)

    def test_by_a_hold(self, site, sent):
        place_hold(member=site.world.alice, reason="Ban", remedy="Talk", by=None, now=site.now)
        self.empty(site)

    def test_by_a_lockout(self, site, sent):
        lock_out(machine=site.mill, why="Belt", by=None, now=site.now)
        self.empty(site)

    def test_with_the_badge(self, site, sent):
        revoke_badge(badge=Badge.objects.get(member=site.world.alice), by=None, now=site.now)
        self.empty(site)

    def test_with_the_device(self, site, sent):
        Device.objects.update(revoked_at=site.now, machine=None)
        self.empty(site)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"takes_lists": False}, "not-allowed"),
        ({"caps": ["relay", "reader"]}, "cannot"),
        ({"key_sealed": None}, "no-key"),
        ({"machine": None}, "no-machine"),
        ({"is_reader": False}, "no-machine"),
        ({"is_interlock": False}, "no-machine"),
        ({"risk": "high"}, "dangerous"),
        ({"two_person": True}, "two-person"),
        ({"least_credential": "pin"}, "credential"),
        ({}, ""),
    ],
)
def test_who_gets_no_list_and_why(site, change, code):
    site.book("alice")
    for name, value in change.items():
        if hasattr(Device, name):
            Device.objects.update(**{name: value})
        else:
            setattr(site.world.tool_class, name, value)
            site.world.tool_class.save()
    assert no_list_because(Device.objects.get(pk=site.device.pk)) == code
    assert (issued(site) is None) == bool(code)


def locked():
    raise OperationalError("database is locked")


class TestRounds:
    def look(self, site, rounds):
        epoch = AccessEpoch.objects.get(pk=1).number
        look_for_changes(
            rounds, epoch=epoch, greeted=site.watch.greeted, now=site.now, mono=site.mono
        )
        return list(rounds.waiting)

    def after_the_first(self, site):
        rounds = Rounds()
        assert self.look(site, rounds) == [site.device.pk]
        issue_next(rounds, now=site.now)
        site.wait(1)
        assert self.look(site, rounds) == []
        return rounds

    def test_a_booking_sends_for_the_list_of_its_machine(self, site):
        rounds = self.after_the_first(site)
        site.book("alice", machine=site.world.router)
        assert self.look(site, rounds) == []
        site.book("alice")
        assert self.look(site, rounds) == [site.device.pk]
        (out,) = issue_next(rounds, now=site.now)
        assert out.retain
        assert issue_next(rounds, now=site.now) == []

    def test_a_fact_that_moves_sends_for_all(self, site):
        rounds = self.after_the_first(site)
        AccessEpoch.bump()
        assert self.look(site, rounds) == [site.device.pk]

    def test_a_hello_sends_for_the_list_of_who_says_it(self, site):
        rounds = self.after_the_first(site)
        site.handle(wire.Hello("mill-1", BOOT, 1, "1", "kit", "power", CAPS, list=1, jrn=0))
        assert self.look(site, rounds) == [site.device.pk]
        assert site.watch.greeted == set()

    def test_so_does_time(self, site):
        rounds = self.after_the_first(site)
        site.wait(EVERY)
        assert self.look(site, rounds) == [site.device.pk]

    def test_after_a_new_connection_everything_is_said_again(self, site):
        site.book("alice")
        rounds = self.after_the_first(site)
        rounds.lost = True
        assert self.look(site, rounds) == [site.device.pk]
        assert len(issue_next(rounds, now=site.now)) == 1

    @pytest.fixture
    def full(self, site):
        """Half of a long list is written."""
        for n in range(SLICE + 8):
            site.book("alice", begins=n * 60, minutes=n * 60 + 30)
        rounds = Rounds()
        self.look(site, rounds)
        assert issue_next(rounds, now=site.now) == []
        assert (rounds.waiting, rounds.is_busy) == ({}, True)
        return rounds

    def test_a_long_list_is_written_in_slices(self, site, full):
        (out,) = issue_next(full, now=site.now)
        assert len(wire.parse_down(out.topic, out.payload, site.key).e) == SLICE + 8
        assert not full.is_busy

    def test_it_is_begun_anew_where_a_fact_moves_meanwhile(self, site, full):
        full.task = replace(full.task, again=True)
        revoke_badge(badge=Badge.objects.get(member=site.world.alice), by=None, now=site.now)
        assert self.look(site, full) == [site.device.pk]
        assert (full.task, full.again) == (None, {site.device.pk})
        while full.is_busy:
            assert issue_next(full, now=site.now) == []
        assert AccessEvent.objects.filter(kind="list").count() == 0  # none of the old facts

    def test_and_where_the_database_is_gone_meanwhile(self, site, full):
        full.task = replace(full.task, steps=(locked() for _ in range(1)))
        with pytest.raises(OperationalError):
            issue_next(full, now=site.now)
        assert list(full.waiting) == [site.device.pk]
        assert full.task is None

    def test_one_that_breaks_its_own_list_breaks_nothing_else(self, site, caplog):
        rounds = Rounds(waiting={999_999: None, site.device.pk: None})
        site.book("alice")
        assert issue_next(rounds, now=site.now) == []
        assert "999999" in caplog.text
        assert len(issue_next(rounds, now=site.now)) == 1


def test_looking_costs_two_statements_and_a_list_ten_however_many_are_in_it(
    site, django_assert_num_queries
):
    rounds = Rounds()
    for n in range(20):
        site.book("alice", begins=n * 60, minutes=n * 60 + 30)
    with django_assert_num_queries(2):
        look_for_changes(rounds, epoch=1, greeted=set(), now=site.now, mono=0)
    with django_assert_num_queries(10):
        while rounds.is_busy:
            issue_next(rounds, now=site.now)


def test_the_ages_are_those_of_the_wire():
    assert timedelta(seconds=LONGEST_LIST) == lists.LONGEST
