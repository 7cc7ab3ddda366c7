"""Staff hear once that no gatekeeper hears the devices, and once when one does again."""

from datetime import timedelta

import pytest

from access.contact import lost_since
from access.models import AccessEvent, Alarm, GatekeeperStatus
from access.services.gatekeepers import look_at_gatekeepers, note_jump
from equipment.services.lockouts import staff_of
from members.models import Role, Space
from notices.models import Outbox
from tests.people import NOW, a_member, a_world

pytestmark = pytest.mark.django_db
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


class Night:
    """Minute by minute: what gatekeepers do, and the worker that looks at them."""

    def __init__(self, *names):
        self.world = a_world()
        self.now = NOW
        for name in names:
            GatekeeperStatus.objects.create(
                name=name, started_at=NOW, beat_at=NOW, connected=True, connected_at=NOW
            )

    def set(self, name="one", *, connected):
        GatekeeperStatus.objects.filter(name=name).update(
            connected=connected, connected_at=self.now, beat_at=self.now
        )

    def pass_by(self, minutes, *beating):
        """The worker looks at each full minute; those that live have just said so."""
        for _ in range(minutes):
            self.now += MINUTE
            GatekeeperStatus.objects.filter(name__in=beating).update(beat_at=self.now)
            look_at_gatekeepers(now=self.now)

    @property
    def told(self):
        rows = Outbox.objects.filter(to=self.world.dana).order_by("id")
        return list(rows.values_list("kind", flat=True))


@pytest.fixture
def night():
    return Night("one")


def test_while_one_is_connected_nobody_is_told(night):
    night.pass_by(30, "one")
    assert (night.told, Alarm.objects.count()) == ([], 0)


def test_a_gatekeeper_without_a_broker_is_told_of_once(night):
    night.set(connected=False)
    night.pass_by(1, "one")
    assert night.told == []
    night.pass_by(1, "one")
    assert night.told == ["gatekeeper-gone"]
    night.pass_by(10 * 60, "one")
    assert night.told == ["gatekeeper-gone"]
    context = Outbox.objects.get(to=night.world.dana).context
    assert context == {"since": NOW.isoformat(), "runs": True}
    assert AccessEvent.objects.get().code == "no-gatekeeper"


def test_so_is_one_that_died(night):
    night.pass_by(3)
    assert night.told == ["gatekeeper-gone"]
    context = Outbox.objects.get(to=night.world.dana).context
    assert context == {"since": NOW.isoformat(), "runs": False}


def test_it_is_told_when_one_works_again_for_good(night):
    night.pass_by(60)
    night.set(connected=True)
    night.pass_by(9, "one")
    assert night.told == ["gatekeeper-gone"]
    night.pass_by(1, "one")
    assert night.told == ["gatekeeper-gone", "gatekeeper-back"]
    night.pass_by(60, "one")
    assert len(night.told) == 2
    again = Outbox.objects.get(to=night.world.dana, kind="gatekeeper-back").context
    assert again == {"since": NOW.isoformat(), "until": (NOW + 60 * MINUTE).isoformat()}


def test_one_that_comes_and_goes_is_told_of_once(night):
    for _ in range(20):
        night.set(connected=False)
        night.pass_by(4, "one")
        night.set(connected=True)
        night.pass_by(4, "one")
    assert night.told == ["gatekeeper-gone"]


def test_a_restart_is_told_to_nobody(night):
    night.pass_by(1)
    night.set(connected=True)
    night.pass_by(30, "one")
    assert night.told == []
    assert not Alarm.objects.filter(cleared_at=None).exists()


def test_after_a_whole_site_was_off_the_first_look_may_come_too_soon(night):
    night.now += 8 * HOUR
    look_at_gatekeepers(now=night.now)
    night.set(connected=True)
    night.pass_by(30, "one")
    assert night.told == []


def test_where_none_has_ever_run_nobody_waits_for_one():
    night = Night()
    night.pass_by(30)
    assert night.told == []
    assert lost_since(night.now) is None


def test_of_two_one_is_enough():
    night = Night("one", "two")
    night.set("one", connected=False)
    night.pass_by(30, "one", "two")
    assert night.told == []
    night.set("two", connected=False)
    assert lost_since(night.now) == night.now
    night.pass_by(3, "one", "two")
    assert night.told == ["gatekeeper-gone"]


def test_all_staff_are_told_each_once(night):
    other = Space.objects.create(name="Southside", slug="southside")
    erin = a_member("Erin", plan=night.world.plan)
    Role.objects.create(member=erin, kind=Role.Kind.STAFF, space=other)
    night.pass_by(5)
    told = set(Outbox.objects.values_list("to", flat=True))
    assert told == {one.pk for one in (*staff_of(night.world.space), erin)}
    assert Outbox.objects.count() == len(told)


class TestClock:
    def test_a_clock_that_jumps_is_an_alarm_and_mailed(self, night):
        note_jump(seconds=1200, now=NOW)
        alarm = Alarm.objects.get()
        assert (alarm.device, alarm.code, alarm.words) == (None, "clock-jump", "+1200 s")
        assert "jumped by +1200 s" in Outbox.objects.get(to=night.world.dana).context["words"]

    def test_each_jump_is_on_record_and_the_newest_of_an_hour_is_told(self, night):
        for minutes in (0, 1, 59, 61):
            note_jump(seconds=minutes, now=NOW + minutes * MINUTE)
        assert AccessEvent.objects.filter(code="clock-jump").count() == 4
        assert Alarm.objects.get(cleared_at=None).words == "+61 s"
        assert night.told == ["alarm", "alarm"]
