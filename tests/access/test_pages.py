"""Staff see every device and bind new badges; nobody else does."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from access.models import Candidate, Device, GatekeeperStatus
from access.services import note_candidate
from equipment.words import REGISTRY
from members.models import Badge, Role, Space
from members.services.badges import badge_hash
from tests.access.world import Site


@pytest.fixture
def site(db):
    return Site(now=timezone.now())


@pytest.fixture
def staff(client, site):
    client.force_login(site.world.dana)
    return client


@pytest.fixture
def candidate(site):
    Device.objects.filter(name="mill-1").update(is_enrolment=True)
    for _twice in range(2):
        note_candidate(device_id=site.device.pk, number="04FFFFFF", now=site.now)
    return Candidate.objects.get()


PAGES = ["access:devices", "access:enrol"]


@pytest.mark.parametrize("page", PAGES)
def test_strangers_sign_in_first(client, site, page):
    assert client.get(reverse(page)).status_code == 302


@pytest.mark.parametrize("page", PAGES)
def test_members_are_refused(client, site, page):
    client.force_login(site.world.alice)
    assert client.get(reverse(page)).status_code == 403


@pytest.mark.parametrize("page", PAGES)
def test_looking_changes_nothing(staff, page):
    assert staff.get(reverse(page)).status_code == 200
    assert staff.post(reverse(page)).status_code == 405


class TestDevices:
    def page(self, staff):
        return staff.get(reverse("access:devices")).content.decode()

    def test_desired_stands_beside_observed(self, site, staff):
        site.arm()
        site.state("running", site.sid, ma=3400)
        page = self.page(staff)
        assert "mill-1" in page
        assert "on for Alice M." in page
        assert "Running" in page

    def test_a_relay_that_should_be_off_is_marked(self, site, staff):
        site.state("running", "f" * 24)
        assert "state fault" in self.page(staff)

    def test_another_spaces_devices_are_its_own_staffs(self, site, staff):
        other = Space.objects.create(name="Southside", slug="southside")
        Device.objects.create(name="far-away", space=other)
        Role.objects.filter(member=site.world.dana).update(space=site.world.space)
        assert "far-away" not in self.page(staff)

    def test_it_says_whether_the_gatekeeper_lives(self, site, staff):
        assert "No gatekeeper has ever run" in self.page(staff)
        now = timezone.now()
        beat = GatekeeperStatus.objects.create(
            name="benchkey", started_at=now, beat_at=now, connected=True
        )
        assert "connected" in self.page(staff)
        beat.connected = False
        beat.save()
        assert "It has no broker" in self.page(staff)
        beat.beat_at = now - timedelta(minutes=1)
        beat.save()
        assert "It does not run" in self.page(staff)

    def gatekeeper(self, **fields):
        now = timezone.now()
        return GatekeeperStatus.objects.create(
            **{"name": "benchkey", "started_at": now, "beat_at": now, "connected": True} | fields
        )

    def test_while_none_is_connected_no_last_word_is_shown_as_if_it_held(self, site, staff):
        site.arm()
        site.state("running", site.sid, ma=3400)
        lost = timezone.now() - timedelta(minutes=5)
        self.gatekeeper(connected=False, connected_at=lost, started_at=lost)
        page = self.page(staff)
        assert "Not known since" in page
        assert f"{lost.astimezone(site.world.space.tz):%H:%M:%S}" in page
        assert "Last heard" in page
        assert [old for old in ("on for Alice M.", "3.4 A", ">Running<") if old in page] == []

    def test_of_two_one_that_is_connected_is_enough(self, site, staff):
        site.arm()
        site.state("running", site.sid)
        self.gatekeeper(connected=False)
        self.gatekeeper(name="other")
        page = self.page(staff)
        assert "Not known since" not in page
        assert "on for Alice M." in page

    def test_the_front_desk_says_so_first(self, site, staff):
        Device.objects.update(online=False, seen_at=site.now)
        url = reverse("desk:front")
        assert "silent since" in staff.get(url).content.decode()
        self.gatekeeper(connected=False)
        page = staff.get(url).content.decode()
        assert "Devices are not heard" in page
        assert "silent since" not in page

    def test_the_last_error_and_the_dropped_are_shown(self, site, staff):
        Device.objects.update(last_error="bad-field: up is missing", messages_dropped=7)
        page = self.page(staff)
        assert "bad-field" in page
        assert "7 dropped" in page


class TestEnrol:
    def test_a_new_badge_is_listed_by_its_end(self, staff, candidate):
        assert "FFFF" in staff.get(reverse("access:enrol")).content.decode()

    def test_how_often_it_was_tapped_and_what_lacks_is_shown(self, site, staff, candidate):
        lacks = "its person taps it twice now"
        page = staff.get(reverse("access:enrol")).content.decode()
        assert "Tapped 2 times at mill-1" in page
        assert lacks not in page
        Candidate.objects.update(last_at=site.now - timedelta(minutes=2))
        assert lacks in staff.get(reverse("access:enrol")).content.decode()

    def test_one_tapped_long_ago_is_not_bound_and_keeps_the_name(self, site, staff, candidate):
        Candidate.objects.update(last_at=site.now - timedelta(minutes=2))
        url = reverse("access:enrol_assign", args=[candidate.pk])
        page = staff.post(url, {"person": "Charlie Okafor"}).content.decode()
        assert "tap this badge twice now" in page
        assert 'value="Charlie Okafor"' in page
        note = {"device_id": site.device.pk, "number": "04FFFFFF"}
        note_candidate(**note, now=timezone.now())
        note_candidate(**note, now=timezone.now())
        assert staff.post(url, {"person": "Charlie Okafor"}).status_code == 302

    def test_staff_say_whose_it_is(self, site, staff, candidate):
        url = reverse("access:enrol_assign", args=[candidate.pk])
        assert staff.get(url).status_code == 200
        answer = staff.post(url, {"person": "Charlie Okafor"})
        assert answer.url == reverse("access:enrol")
        badge = Badge.objects.get(number_hash=badge_hash("04FFFFFF"))
        assert badge.member == site.world.charlie
        assert "Say whose" not in staff.get(reverse("access:enrol")).content.decode()

    @pytest.mark.parametrize("who", ["Nobody Atall", "e"])
    def test_not_exactly_one_person_keeps_what_was_typed(self, staff, candidate, who):
        url = reverse("access:enrol_assign", args=[candidate.pk])
        page = staff.post(url, {"person": who})
        assert page.status_code == 200
        assert f'value="{who}"' in page.content.decode()
        assert Candidate.objects.get().assigned_to is None

    def test_a_badge_bound_meanwhile_says_whose_it_is(self, site, staff, candidate):
        from members.services import issue_badge

        issue_badge(member=site.world.bob, number="04FFFFFF", by=None, now=site.now)
        url = reverse("access:enrol_assign", args=[candidate.pk])
        page = staff.post(url, {"person": "Charlie Okafor"}).content.decode()
        assert "Bob Lindqvist" in page

    def test_another_spaces_badge_is_not_there(self, site, staff, candidate):
        other = Space.objects.create(name="Southside", slug="southside")
        Role.objects.filter(member=site.world.dana).update(space=other)
        url = reverse("access:enrol_assign", args=[candidate.pk])
        assert staff.get(url).status_code == 404

    def test_members_may_not(self, site, client, candidate):
        client.force_login(site.world.alice)
        url = reverse("access:enrol_assign", args=[candidate.pk])
        assert client.post(url, {"person": "Alice Meyer"}).status_code == 403


CODES = [
    "granted", "running", "ends-when-idle", "finished", "session-over", "not-booked", "too-early",
    "time-up", "booked-by-other", "closed", "unknown-badge", "candidate", "badge-known",
    "badge-revoked", "nonce-reuse", "in-use", "machine-finishing", "no-machine", "fault",
    "interlock-offline", "stale", "finished-kept", "finished-for-good", "extended", "nearly-up",
    "nearly-up-extend", "idle-soon", "idle", "idle-freed", "taken-over", "left-on", "tap-first",
    "door-open", "door-shut", "door-shut-long", "door-not-yours", "slow-down",
    "interlock-revoked", "interlock-unfit",
]  # fmt: skip


@pytest.mark.parametrize("code", CODES)
def test_every_answer_has_words_a_remedy_and_fits_a_display(code):
    words = REGISTRY[code]
    assert words.text
    assert words.remedy
    assert 0 < len(str(words.display)) <= 80
