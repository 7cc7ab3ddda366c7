"""The pages behind a PIN, leave to mend and the formats of badges."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from access.models import Device, MaintenanceGrant
from members.models import Change, Member
from members.services.pins import is_pin, set_pin
from tests.access.world import Site
from tests.people import PASSWORD


@pytest.fixture
def site(db):
    return Site(timezone.now())


@pytest.fixture
def sign_in(site, client):
    """Without a password there is none to be asked for again."""

    def sign_in(who):
        client.force_login(getattr(site.world, who))
        return client

    return sign_in


def again(person):
    return Member.objects.get(pk=person.pk)


class TestPin:
    ADDRESS = "/you/pin/"

    def test_a_member_sets_and_changes_it(self, site, sign_in):
        client = sign_in("alice")
        for pin in ("73914", "8204"):
            answer = client.post(self.ADDRESS, {"pin": pin, "again": pin})
            assert answer.url == reverse("members:profile")
            assert is_pin(again(site.world.alice), pin)

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ({"pin": "1234", "again": "1234"}, "easily guessed"),
            ({"pin": "73914", "again": "73915"}, "differ"),
            ({"pin": "12", "again": "12"}, "4 to 8 digits"),
        ],
    )
    def test_what_will_not_do_is_said_and_not_shown_again(self, site, sign_in, typed, said):
        page = sign_in("alice").post(self.ADDRESS, typed).content.decode()
        assert said in page
        assert f'value="{typed["pin"]}"' not in page
        assert again(site.world.alice).pin_hash is None

    def test_the_password_is_asked_for_first(self, site, client):
        site.world.alice.set_password(PASSWORD)
        site.world.alice.save()
        client.force_login(site.world.alice)
        answer = client.post(self.ADDRESS, {"pin": "73914", "again": "73914"})
        assert "reauthenticate" in answer.url
        assert again(site.world.alice).pin_hash is None

    def test_its_owner_removes_it(self, site, sign_in):
        set_pin(member=site.world.alice, pin="73914", now=site.now)
        client = sign_in("alice")
        assert "Remove it" in client.get(reverse("members:profile")).content.decode()
        client.post(reverse("members:pin_remove"))
        assert again(site.world.alice).pin_hash is None

    def test_staff_take_it_away_and_set_none(self, site, client):
        set_pin(member=site.world.alice, pin="73914", now=site.now)
        client.force_login(site.world.dana)
        address = reverse("desk:person", args=[site.world.alice.public_id])
        assert "Take the PIN away" in client.get(address).content.decode()
        client.post(reverse("desk:pin_remove", args=[site.world.alice.public_id]))
        assert again(site.world.alice).pin_hash is None
        assert Change.objects.get(verb="remove_pin").actor == site.world.dana

    def test_members_take_away_nobodys(self, site, client):
        set_pin(member=site.world.alice, pin="73914", now=site.now)
        client.force_login(site.world.bob)
        answer = client.post(reverse("desk:pin_remove", args=[site.world.alice.public_id]))
        assert answer.status_code == 403


class TestMaintenance:
    TYPED = {"person": "bob@example.org", "why": "New belt", "minutes": "20"}

    @pytest.fixture
    def address(self, site):
        return reverse("access:maintenance", args=[site.mill.slug])

    def test_staff_let_somebody_mend_it(self, site, client, address):
        client.force_login(site.world.dana)
        answer = client.post(address, self.TYPED, follow=True)
        leave = MaintenanceGrant.objects.get()
        assert (leave.member, leave.given_by, leave.why) == (
            site.world.bob,
            site.world.dana,
            "New belt",
        )
        assert leave.until - leave.since == timedelta(minutes=20)
        assert "Bob Lindqvist may switch it on for 20 minutes" in answer.content.decode()

    def test_oneself_unless_somebody_else_is_named(self, site, client, address):
        client.force_login(site.world.dana)
        assert 'value="dana@example.org"' in client.get(address).content.decode()

    def test_where_two_are_asked_for_one_alone_is_said_and_shown(self, site, client, address):
        client.force_login(site.world.dana)
        assert "isolated from its supply" not in client.get(address).content.decode()
        client.post(address, self.TYPED | {"one_person": "on"})
        assert not MaintenanceGrant.objects.get().one_person  # nothing was asked
        site.world.tool_class.two_person = True
        site.world.tool_class.save()
        assert "isolated from its supply" in client.get(address).content.decode()
        page = client.post(address, self.TYPED | {"one_person": "on"}, follow=True)
        assert MaintenanceGrant.objects.first().one_person
        assert "one person alone" in page.content.decode()

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"why": ""}, "required"),
            ({"minutes": "31"}, "At most 30 minutes"),
            ({"person": "nobody"}, "Nobody is called that"),
        ],
    )
    def test_what_cannot_be_is_said_and_kept(self, site, client, address, wrong, said):
        client.force_login(site.world.dana)
        page = client.post(address, self.TYPED | wrong).content.decode()
        assert said in page
        assert not MaintenanceGrant.objects.exists()
        if "why" not in wrong:
            assert "New belt" in page

    def test_the_machines_page_and_that_of_devices_tell_of_it(self, site, client, address):
        client.force_login(site.world.dana)
        client.post(address, self.TYPED)
        box = reverse("access:device_attach", args=[site.device.pk])
        for shown in (reverse("desk:machine", args=[site.mill.slug]), box):
            page = client.get(shown).content.decode()
            assert "Bob Lindqvist" in page, shown

    def test_taken_back(self, site, client, address):
        client.force_login(site.world.dana)
        client.post(address, self.TYPED)
        leave = MaintenanceGrant.objects.get()
        client.post(reverse("access:maintenance_withdraw", args=[leave.pk]))
        leave.refresh_from_db()
        assert leave.withdrawn_at is not None

    def test_members_find_no_such_page(self, site, client, address):
        client.force_login(site.world.alice)
        assert client.get(address).status_code == 404


class TestBadgeFormat:
    @pytest.fixture
    def address(self, site):
        return reverse("access:badge_format", args=[site.device.pk])

    def test_tap_one_to_detect(self, site, client, address):
        client.force_login(site.world.dana)
        site.tap("stranger", badge="E01CA104")
        answer = client.post(address, {"printed": "04:A1:1C:E0"}, follow=True)
        assert Device.objects.get().badge_format == "reversed"
        assert "hex, bytes reversed" in answer.content.decode()

    @pytest.mark.parametrize(
        ("tapped", "printed", "said"),
        [
            (None, "04A11CE0", "Nobody tapped there"),
            ("04A11CE0", "04B0B000", "No format makes"),
            ("04A1A104", "04A1A104", "Several formats fit"),
        ],
    )
    def test_where_that_tells_nothing_it_says_what_to_do(
        self, site, client, address, tapped, printed, said
    ):
        client.force_login(site.world.dana)
        if tapped:
            site.tap("stranger", badge=tapped)
        page = client.post(address, {"printed": printed}).content.decode()
        assert said in page
        assert f'value="{printed}"' in page
        assert Device.objects.get().badge_format == "hex"

    def test_chosen_by_hand(self, site, client, address):
        client.force_login(site.world.dana)
        client.post(address, {"badge_format": "decimal"})
        assert Device.objects.get().badge_format == "decimal"
