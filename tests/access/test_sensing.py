"""Only a machine whose jobs are seen stands idle, is taken over, or lets one finish."""

import pytest

from equipment.models import Machine, ToolClass
from tests.access.world import MINUTE, Site, kinds
from tests.people import a_certification

IDLE = 5 * 60
SEEN = {"feedback": "current", "run_above_ma": 500}
CONTACT = {"feedback": "aux", "run_above_ma": 500}
NO_THRESHOLD = {"feedback": "current", "run_above_ma": 0}
NOTHING = {"feedback": "none", "run_above_ma": 500}


@pytest.fixture
def site(db):
    return Site(idle_end_minutes=5, finish_seconds=60, overrun_minutes=0)


def set_up(site, **columns):
    Machine.objects.filter(pk=site.mill.pk).update(**columns)


def stand(site, seconds, st="armed", **said):
    """What is said meanwhile, beside the leases, to a device that says so every ten seconds."""
    heard = []
    for _ in range(seconds // 10):
        heard += site.wait(10).state(st, site.sid, **said)
    return [message for message in heard if message.kind != "lease"]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (CONTACT, {"ma": None, "aux": True}),
        (CONTACT, {"ma": 5000, "aux": True}),
        (NO_THRESHOLD, {"ma": 5000}),
        (SEEN, {"ma": None}),
        (NOTHING, {"ma": 5000}),
    ],
)
class TestWhereNoJobIsSeen:
    """5 A may flow: the device says armed all the same."""

    @pytest.fixture
    def blind(self, site, columns, said):
        set_up(site, **columns)
        site.state("locked", **said)
        site.wait(31).state("locked", **said)  # written down
        return site

    def test_nothing_is_cut_for_standing_idle(self, blind, said):
        blind.arm()
        assert stand(blind, 3 * IDLE, **said) == []
        assert blind.session.state == "active"

    def test_the_device_is_told_to_look_for_none(self, blind):
        blind.book()
        grant = blind.tap().grant
        assert (grant.run_ma, grant.fin) == (0, 0)

    def test_nobody_takes_over(self, blind, said):
        ToolClass.objects.update(overrun_minutes=30, early_start_minutes=30)
        a_certification(blind.world.charlie, blind.world.certification)
        blind.arm(minutes=1)
        blind.book("charlie", begins=25)
        blind.wait(7 * 60).state("armed", blind.sid, **said)
        assert blind.tap("charlie").code == "in-use"


class TestWhereJobsAreSeen:
    def test_it_is_cut_for_standing_idle(self, site):
        site.arm()
        assert [m.kind for m in stand(site, IDLE)][-1] == "off"
        assert site.session.closing_code == "idle"

    def test_a_device_that_stops_to_measure_is_not(self, site):
        site.arm()
        stand(site, IDLE - 60)
        assert stand(site, 2 * IDLE, ma=None) == []

    def test_that_it_measures_counts_from_the_state_that_says_so(self, site):
        set_up(site, **SEEN)
        site.state("locked", ma=None)
        site.wait(1).state("locked", ma=0)
        site.book()
        assert site.tap().grant.run_ma == 500


class TestChangedWhileSomebodyIsAtIt:
    def test_switched_on_it_holds_from_the_next_session(self, site):
        set_up(site, **NOTHING)
        site.arm(minutes=60)
        set_up(site, **SEEN)
        assert stand(site, 3 * IDLE, ma=5000) == []
        site.tap()
        site.wait(1).state()
        site.sid = site.wait(5).tap().grant.sid
        site.state("armed", site.sid)
        assert stand(site, IDLE)[-1].code == "idle"

    def test_nor_by_the_answer_to_a_tap_that_comes_again(self, site):
        """The device took the first grant, and drops the second: it is armed already."""
        set_up(site, **NOTHING)
        site.book()
        assert site.tap().grant.run_ma == 0
        set_up(site, **SEEN)
        site.sid = site.wait(2).tap().grant.sid
        site.state("armed", site.sid)
        assert stand(site, 2 * IDLE, ma=5000) == []

    def test_switched_off_nothing_more_is_idle_and_no_job_gets_time(self, site):
        site.arm(minutes=60)
        set_up(site, **CONTACT)
        (lease,) = site.wait(1).state("running", site.sid, ma=5000)
        assert lease.hard == site.up + lease.left
        assert stand(site, IDLE + 60, ma=5000) == []


class TestAFixedTimeForTheJob:
    """Where none is seen: it stays on so long, decided with every lease, if nobody is next."""

    @pytest.fixture
    def site(self, site):
        set_up(site, **NOTHING, finish_fixed_seconds=90)
        return site

    def test_it_stays_on_so_long_and_no_longer(self, site):
        site.arm(minutes=2)
        for _ in range(20):
            assert "off" not in kinds(site.wait(10).state("armed", site.sid))
        (off,) = (m for m in site.wait(11).state("armed", site.sid) if m.kind == "off")
        assert (off.mode, off.code) == ("stop", "time-up")

    def test_the_next_booking_comes_first(self, site):
        site.arm(minutes=2)
        site.book("charlie", begins=2)
        assert stand(site, 130)[-1].code == "booked-by-other"

    def test_seen_jobs_have_the_time_of_their_kind_instead(self, site):
        set_up(site, **SEEN)
        site.arm(minutes=2)
        assert site.session.until == site.now + 2 * MINUTE
