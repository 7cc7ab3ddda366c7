"""How a machine knows that a job runs, and how dangerous its kind is: said by page, and told."""

import pytest
from django.urls import reverse
from django.utils import timezone

from access.models import AccessEvent, Device
from access.pages.set_up import steps_of
from members.models import AccessEpoch, Change
from tests.access.world import Site

PATH = "/machines/cnc-mill/sensing/"
RISK = "/tool-classes/cnc-machines/risk/"
BY_CURRENT = {
    "feedback": "current", "run_above_ma": "800", "idle_seconds": "20", "finish_fixed_seconds": "0",
}  # fmt: skip


@pytest.fixture
def site(db):
    AccessEpoch.objects.get_or_create(pk=1)
    site = Site(now=timezone.now())
    site.mill.feedback = "none"
    site.mill.save()
    return site


@pytest.fixture
def staff(client, site):
    client.force_login(site.world.dana)
    return client


def text(response):
    return response.content.decode()


def measures(site, ma, *, relay=False):
    Device.objects.filter(pk=site.device.pk).update(ma=ma, relay=relay, seen_at=site.now)


class TestSensing:
    def test_it_is_said_once_and_holds(self, site, staff):
        before = AccessEpoch.objects.get(pk=1).number
        for _twice in range(2):
            assert staff.post(PATH, BY_CURRENT).status_code == 302
        site.mill.refresh_from_db()
        assert (site.mill.feedback, site.mill.run_above_ma) == ("current", 800)
        assert (site.mill.idle_seconds, site.mill.may_sense) == (20, True)
        change = Change.objects.get(verb="set_sensing")
        assert (change.before["feedback"], change.after["run_above_ma"]) == ("none", 800)
        assert AccessEpoch.objects.get(pk=1).number == before + 1

    @pytest.mark.parametrize(
        ("typed", "told"),
        [
            ({"run_above_ma": "0"}, "more than 0"),
            ({"run_above_ma": "-5"}, "greater than or equal to 0"),
            ({"idle_seconds": "0"}, "greater than or equal to 1"),
            ({"finish_fixed_seconds": "99999999"}, "less than or equal to 14400"),
            ({"feedback": "smell"}, "not one of the available choices"),
        ],
    )
    def test_what_cannot_be_is_told_and_stays_typed(self, site, staff, typed, told):
        answer = staff.post(PATH, BY_CURRENT | {"idle_seconds": "77"} | typed)
        assert told in text(answer)
        assert 'value="77"' in text(answer) or "idle_seconds" in typed
        assert not Change.objects.filter(verb="set_sensing").exists()

    def test_without_a_job_to_see_no_threshold_is_needed(self, site, staff):
        given = BY_CURRENT | {"feedback": "aux", "run_above_ma": "0", "finish_fixed_seconds": "60"}
        assert staff.post(PATH, given).status_code == 302
        site.mill.refresh_from_db()
        assert (site.mill.may_sense, site.mill.finish_fixed_seconds) == (False, 60)

    def test_what_it_measures_stands_beside_it_with_a_threshold_to_take(self, site, staff):
        measures(site, 3400, relay=True)
        page = text(staff.get(PATH))
        assert "3.40 A" in page
        assert "take about <strong>1700</strong> mA" in page

    def test_one_that_measures_nothing_is_warned_of(self, site, staff):
        staff.post(PATH, BY_CURRENT)
        measures(site, None)
        assert "mill-1 measures nothing, so no job is seen" in text(staff.get(PATH))

    def test_noise_above_the_threshold_would_be_a_fault(self, site, staff):
        staff.post(PATH, BY_CURRENT)
        measures(site, 900)
        assert "or it takes its contactor for stuck" in text(staff.get(PATH))

    def test_without_an_interlock_it_can_be_said_before(self, site, staff):
        Device.objects.update(machine=None)
        assert "It has no interlock" in text(staff.get(PATH))

    def test_the_page_that_sets_it_up_leads_there(self, site, staff):
        page = text(staff.get("/machines/cnc-mill/set-up/"))
        assert PATH in page
        assert "By nothing: it is on while somebody" in page

    def test_members_do_not(self, site, client):
        client.force_login(site.world.alice)
        assert client.get(PATH).status_code == client.post(PATH, BY_CURRENT).status_code == 404


class TestStep:
    def step(self, site):
        device = Device.objects.select_related("machine").get(pk=site.device.pk)
        return next((step for step in steps_of(device, None) if step.name == "senses"), None)

    def test_what_measures_and_is_not_asked_is_no_work(self, site):
        measures(site, 40)
        assert self.step(site).css == "done"
        assert "makes no use of it" in self.step(site).text

    def test_nothing_to_measure_with_and_not_asked_is_no_step(self, site):
        measures(site, None)
        assert self.step(site) is None

    def test_it_is_done_when_a_job_was_seen(self, site, staff):
        staff.post(PATH, BY_CURRENT)
        measures(site, 40)
        assert self.step(site).css != "done"
        assert "draws 0.80 A or more" in self.step(site).text
        site.arm()
        site.wait(5).state("running", site.sid, ma=3400)
        assert AccessEvent.objects.filter(code="running").exists()
        assert self.step(site).css == "done"
        assert PATH in text(staff.get(reverse("access:device_attach", args=[site.device.pk])))

    def test_asked_of_one_that_measures_nothing_it_says_so(self, site, staff):
        staff.post(PATH, BY_CURRENT)
        measures(site, None)
        assert "measures nothing" in self.step(site).text


class TestRisk:
    def plug(self, site):
        Device.objects.filter(pk=site.device.pk).update(speaks="shelly", profile="stock")

    def risk(self, site):
        site.world.tool_class.refresh_from_db()
        return site.world.tool_class.risk

    def test_what_a_level_does_to_devices_is_told_before_it_happens(self, site, staff):
        self.plug(site)
        assert "mill-1 leaves the rules to Benchkey: it is switched off" in text(staff.get(RISK))
        answer = staff.post(RISK, {"risk": "high"})
        assert "Read what becomes of them, then tick this" in text(answer)
        assert self.risk(site) == "medium"
        assert staff.post(RISK, {"risk": "high", "sure": "on"}).status_code == 302
        assert self.risk(site) == "high"
        change = Change.objects.get(verb="set_risk")
        assert (change.before, change.after) == ({"risk": "medium"}, {"risk": "high"})

    def test_a_device_that_does_not_sign_is_named(self, site, staff):
        assert "mill-1 has not shown that it signs" in text(staff.get(RISK))

    def test_one_that_keeps_lists_loses_them(self, site, staff):
        site.sign()
        Device.objects.update(takes_lists=True, signed_at=site.now)
        assert "mill-1 lets nobody in without a network any more" in text(staff.get(RISK))

    def test_what_every_device_does_needs_no_second_word(self, site, staff):
        self.plug(site)
        assert staff.post(RISK, {"risk": "low"}).status_code == 302
        assert self.risk(site) == "low"

    def test_twice_is_once(self, site, staff):
        for _twice in range(2):
            staff.post(RISK, {"risk": "low"})
        assert Change.objects.filter(verb="set_risk").count() == 1

    def test_nonsense_is_refused(self, site, staff):
        assert "not one of the available choices" in text(staff.post(RISK, {"risk": "none"}))

    def test_the_policy_leads_there(self, site, staff):
        assert RISK in text(staff.get("/tool-classes/cnc-machines/policy/"))
