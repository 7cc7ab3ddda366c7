"""A role rests until a second factor was shown in this session; and how one gets there."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from members.models import Change, Role
from members.services.roles import RoleError, give_role, reset_second_factor, take_role
from notices.models import Outbox
from tests.people import NOW, PASSWORD, a_member, a_world

pytestmark = pytest.mark.django_db
DESK, WAKE = reverse("desk:people"), reverse("members:wake_roles")


@pytest.fixture
def world():
    return a_world()


@pytest.fixture
def dana(world, settings):
    """Staff with a password and nothing more, on a site that asks for more."""
    settings.STAFF_SECOND_FACTOR = True
    world.dana.set_password(PASSWORD)
    world.dana.save()
    world.dana.emailaddress_set.create(email=world.dana.email, verified=True, primary=True)
    return world.dana


def sign_in(member):
    client = Client()
    client.post(reverse("account_login"), {"login": member.email, "password": PASSWORD})
    return client


def code_of(secret):
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def with_an_app(client):
    """Turn the authenticator app on, as the page asks; its secret."""
    address = reverse("mfa_activate_totp")
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": address})
    page = client.get(address).content.decode()
    secret = re.search(r'id="authenticator_secret" value="([^"]+)"', page)[1]
    client.post(address, {"code": code_of(secret)})
    return secret


@pytest.mark.django_db(transaction=True)  # allauth tells of a new app once it is committed
class TestTheFirstDay:
    def test_a_password_alone_makes_a_member_like_others(self, world, dana):
        client = sign_in(dana)
        home = client.get(reverse("desk:home"))
        assert home.status_code == 200
        assert "Your role rests" in home.content.decode()
        alices = reverse("desk:person", args=[world.alice.public_id])
        assert client.get(alices).url.startswith(WAKE)

    def test_where_one_adds_a_second_factor_nothing_asks_for_one(self, dana):
        client = sign_in(dana)
        address = reverse("mfa_activate_totp")
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": address})
        assert "Your role rests" not in client.get(address).content.decode()
        assert "Your role rests" in client.get(reverse("mfa_index")).content.decode()
        assert "Your role rests" in client.get("/nowhere/").content.decode()

    def test_a_thing_of_a_space_is_not_there_for_a_role_that_rests(self, world, dana):
        client = sign_in(dana)
        lock_out = reverse("equipment:lock_out", args=[world.mill.slug])
        assert client.post(lock_out, {"why": "x"}).status_code in (302, 404)
        assert not world.mill.lockouts.exists()

    def test_the_page_leads_to_an_app_and_then_the_role_counts(self, dana):
        client = sign_in(dana)
        led = client.get(DESK)
        page = client.get(led.url).content.decode()
        assert reverse("mfa_activate_totp") in page
        with_an_app(client)
        assert client.get(DESK).status_code == 200
        assert client.get(led.url).url == DESK

    def test_from_then_on_signing_in_asks_for_the_code(self, dana):
        secret = with_an_app(sign_in(dana))
        client = sign_in(dana)
        assert client.get(DESK).status_code == 302  # not signed in yet
        Authenticator.objects.filter(type="totp").update(last_used_at=None)
        client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
        assert client.get(DESK).status_code == 200

    def test_the_first_app_ends_every_other_session(self, dana):
        before, here = sign_in(dana), sign_in(dana)
        with_an_app(here)
        assert before.get(DESK).url.startswith(reverse("account_login"))
        assert here.get(DESK).status_code == 200

    def test_a_session_that_was_never_asked_rests_until_it_shows_the_code(self, dana):
        with_an_app(sign_in(dana))
        other = Client()
        other.force_login(dana)
        assert other.get(DESK).url.startswith(WAKE)
        page = other.get(WAKE).content.decode()
        assert reverse("mfa_reauthenticate") in page

    @pytest.mark.parametrize("name", ["mfa_view_recovery_codes", "mfa_deactivate_totp"])
    def test_a_password_alone_is_not_enough_to_look_at_the_codes_or_to_change_the_app(
        self, dana, name
    ):
        with_an_app(sign_in(dana))
        thief = Client()
        thief.force_login(dana)
        address = reverse(name)
        asked = thief.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        assert asked.url.startswith(reverse("mfa_reauthenticate"))
        assert thief.get(address).status_code == 302  # to show the code
        assert "Use your password" not in thief.get(asked.url).content.decode()
        assert thief.get(DESK).url.startswith(WAKE)

    def test_turning_the_app_off_lets_the_role_rest_again(self, dana):
        client = sign_in(dana)
        with_an_app(client)
        client.post(reverse("mfa_deactivate_totp"))
        assert client.get(DESK).url.startswith(WAKE)

    def test_members_without_a_role_are_never_asked(self, world, settings):
        settings.STAFF_SECOND_FACTOR = True
        client = Client()
        client.force_login(world.alice)
        assert "Your role rests" not in client.get(reverse("desk:home")).content.decode()
        assert client.get(WAKE).url == reverse("desk:home")
        assert client.get(DESK).status_code == 403

    def test_another_one_who_signs_in_to_the_same_browser_has_shown_nothing(self, world, dana):
        client = sign_in(dana)
        with_an_app(client)
        Role.objects.create(member=world.bob, space=None, kind="staff")
        client.force_login(world.bob)
        assert client.get(DESK).url.startswith(WAKE)

    def test_nobody_is_led_to_another_site(self, dana):
        client = sign_in(dana)
        page = client.get(WAKE, {"next": "https://evil.example/"}).content.decode()
        assert "evil.example" not in page


class TestRoles:
    @pytest.fixture
    def admin(self, world):
        admin = a_member("Ada Roth", plan=world.plan, space=world.space)
        Role.objects.create(member=admin, space=None, kind="admin")
        return admin

    def test_an_admin_gives_a_role_and_it_is_told_and_recorded(self, world, admin):
        give_role(member=world.bob, kind="staff", space=world.space, by=admin, now=NOW)
        give_role(member=world.bob, kind="staff", space=world.space, by=admin, now=NOW)
        assert world.bob.roles.count() == 1
        assert Outbox.objects.get(kind="role-given").to == world.bob
        (change,) = Change.objects.filter(verb="give_role")
        assert (change.actor, change.on_behalf_of) == (admin, world.bob)

    def test_staff_give_none_and_nobody_gives_themselves(self, world, admin):
        with pytest.raises(RoleError):
            give_role(member=world.bob, kind="staff", space=None, by=world.dana, now=NOW)
        with pytest.raises(RoleError):
            give_role(member=admin, kind="staff", space=None, by=admin, now=NOW)

    def test_an_admin_of_one_space_gives_none_elsewhere(self, world):
        here = a_member("Ida Here", plan=world.plan)
        Role.objects.create(member=here, space=world.space, kind="admin")
        give_role(member=world.bob, kind="staff", space=world.space, by=here, now=NOW)
        with pytest.raises(RoleError):
            give_role(member=world.bob, kind="staff", space=None, by=here, now=NOW)

    def test_two_admins_who_take_each_others_role_at_once_leave_one(self, world, admin):
        other = a_member("Otto Last", plan=world.plan)
        theirs = Role.objects.create(member=other, space=None, kind="admin")
        assert other.has_role_everywhere(["admin"])  # read by both before either writes
        own = admin.roles.get()
        take_role(role=theirs, by=admin, now=NOW)
        with pytest.raises(RoleError, match="Somebody must"):
            take_role(role=own, by=other, now=NOW)

    def test_a_role_taken_back_counts_no_more_at_the_next_click(self, world, admin, client):
        client.force_login(world.dana)
        assert client.get(DESK).status_code == 200
        take_role(role=world.dana.roles.get(), by=admin, now=NOW)
        assert client.get(DESK).status_code == 403

    def test_the_page_gives_and_takes(self, world, admin, client):
        client.force_login(admin)
        page = reverse("desk:roles", args=[world.bob.public_id])
        assert client.post(page, {"kind": "maintainer", "space": world.space.pk}).status_code == 302
        role = world.bob.roles.get()
        assert "maintainer" in client.get(page).content.decode()
        client.post(reverse("desk:role_take", args=[role.pk]))
        assert not world.bob.roles.exists()

    def test_a_made_up_role_is_refused_in_words(self, world, admin, client):
        client.force_login(admin)
        page = reverse("desk:roles", args=[world.bob.public_id])
        assert client.post(page, {"kind": "owner"}).status_code == 422
        assert not world.bob.roles.exists()


@pytest.mark.django_db(transaction=True)
class TestLosingIt:
    def test_an_admin_lets_somebody_begin_anew_and_their_sessions_end(self, world, dana):
        admin = a_member("Ada Roth", plan=world.plan)
        Role.objects.create(member=admin, space=None, kind="admin")
        client = sign_in(dana)
        with_an_app(client)
        reset_second_factor(member=dana, by=admin, now=NOW)
        assert not Authenticator.objects.filter(user=dana).exists()
        assert client.get(DESK).url.startswith(reverse("account_login"))
        assert sign_in(dana).get(DESK).url.startswith(WAKE)
        assert Outbox.objects.get(kind="second-factor-reset").to == dana

    def test_staff_may_not(self, world, dana):
        with pytest.raises(RoleError):
            reset_second_factor(member=world.alice, by=dana, now=NOW)

    def test_at_the_console_for_the_last_admin(self, dana, capsys):
        with_an_app(sign_in(dana))
        mail.outbox.clear()
        call_command("reset_second_factor", dana.email)
        assert not Authenticator.objects.filter(user=dana).exists()
        with pytest.raises(CommandError, match="Nobody here"):
            call_command("reset_second_factor", "nobody@example.org")
