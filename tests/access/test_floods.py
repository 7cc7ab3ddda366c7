"""A reader that taps without end fills no table, and is in nobody's way but its own."""

import pytest

import wire
from access.models import AccessEvent, Alarm, Device
from access.watch import NOBODYS_A_SECOND, NOBODYS_AT_ONCE, Watch
from members.models import Badge
from tests.access.world import BADGES, BOOT, replace

LONG = 10


def taps():
    return AccessEvent.objects.filter(kind="tap")


def flood(site, count=200, seconds=60, **tap):
    """What is said to `count` taps of unknown badges in so many seconds."""
    said = []
    for _ in range(count):
        said += site.wait(seconds / count).handle(site.a_tap("stranger", **tap))
    return said


def test_two_hundred_unknown_badges_a_minute_are_fifty_rows(site):
    said = flood(site)
    recorded = taps().count()
    assert recorded <= NOBODYS_AT_ONCE + 60 * NOBODYS_A_SECOND
    assert recorded >= NOBODYS_AT_ONCE
    assert AccessEvent.objects.count() == recorded + 1  # the alarm
    assert site.box().messages_dropped == 200 - recorded
    assert [message.code for message in said].count("slow-down") == 200 - recorded


def test_every_one_is_answered_and_none_of_them_lets_in(site):
    site.book()
    said = flood(site)
    assert len(said) == 200
    assert not any(message.ok or message.grant for message in said)


def test_staff_hear_of_it_once(site):
    flood(site, 400, 120)
    (alarm,) = Alarm.objects.all()
    assert (alarm.code, alarm.device) == ("flood", site.device)
    assert site.events("alarm") == ["flood"]


def test_whoever_has_booked_is_let_in_at_once_behind_a_flood(site):
    site.book()
    flood(site, 500, 1)
    assert site.tap("stranger").code == "slow-down"
    assert site.tap("alice").grant is not None
    assert taps().filter(code="granted").count() == 1


def test_members_who_are_refused_are_all_on_record(site):
    for _ in range(LONG * NOBODYS_AT_ONCE):
        assert site.wait(0.01).tap("alice").code == "not-booked"
    assert taps().count() == LONG * NOBODYS_AT_ONCE
    assert not Alarm.objects.exists()


def test_one_reader_takes_nothing_from_another(site):
    flood(site, 100, 1)
    Device.objects.create(
        name="lathe-1", space=site.world.space, is_interlock=False, boot=BOOT, online=True
    )
    (answer,) = site.handle(replace(site.a_tap("stranger"), device="lathe-1"))
    assert answer.code == "unknown-badge"


def test_a_revoked_badge_and_a_tap_too_late_are_nobodys_too(site):
    Badge.objects.filter(member=site.world.alice).update(revoked_at=site.now)
    site.state()
    late = wire.Tap("mill-1", BOOT, site.up - 60, "f" * 24, BADGES["bob"])
    for n in range(NOBODYS_AT_ONCE + 5):
        said = site.handle(replace(late, nonce=f"{n:024x}"[::-1]), site.a_tap("alice"))
        assert len(said) == 1  # for what is late there is no answer
    assert taps().count() == NOBODYS_AT_ONCE
    assert set(taps().values_list("code", flat=True)) == {"stale", "badge-revoked"}


@pytest.mark.parametrize("name", ["arm", "stop"])
def test_a_button_pressed_to_no_end_is_passed_over_too(site, name):
    for n in range(2 * NOBODYS_AT_ONCE):
        site.handle(wire.Button("mill-1", BOOT, site.up, f"{n:024x}", name))
    assert len(site.events("button")) == NOBODYS_AT_ONCE
    assert site.events("alarm") == ["flood"]


def test_whoever_is_at_the_machine_stops_it_behind_a_flood(site):
    site.arm()
    flood(site, 500, 1)
    (off,) = site.handle(wire.Button("mill-1", BOOT, site.up, "f" * 24, "stop"))
    assert off.kind == "off"
    assert site.events("button") == ["stop"]


def test_a_tap_that_was_passed_over_may_come_again(site):
    flood(site, 100, 1)
    tap = site.a_tap("stranger")
    (first,) = site.handle(tap)
    (again,) = site.wait(4).handle(tap)
    assert (first.code, again.code) == ("slow-down", "unknown-badge")
    (recorded,) = site.handle(tap)
    assert recorded == again


class TestTheBucket:
    @pytest.mark.parametrize("rest", [60, 3600])
    def test_it_is_never_fuller_than_full(self, rest):
        watch = Watch()
        for start in (0, rest):
            passed = sum(watch.may_record_nobodys("mill-1", start) for _ in range(100))
            assert passed == NOBODYS_AT_ONCE

    def test_it_fills_while_it_is_asked(self):
        watch = Watch()
        passed = sum(watch.may_record_nobodys("mill-1", second / 10) for second in range(6000))
        assert passed == pytest.approx(NOBODYS_AT_ONCE + 600 * NOBODYS_A_SECOND, abs=1)

    def test_it_is_forgotten_only_when_it_would_be_full(self):
        watch = Watch()
        watch.may_record_nobodys("mill-1", 0)
        watch.tidy(NOBODYS_AT_ONCE / NOBODYS_A_SECOND - 1)
        assert watch.nobodys
        watch.tidy(NOBODYS_AT_ONCE / NOBODYS_A_SECOND)
        assert not watch.nobodys
