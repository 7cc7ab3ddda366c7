"""A member sees all that Benchkey holds of them, changes what is theirs, and loses a badge."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from members.forms import NewPasswordForm
from members.models import Badge, Change
from members.services import issue_badge, place_hold
from members.zones import end_of, last_day
from tests.people import NOW, PASSWORD, a_world

pytestmark = pytest.mark.django_db
PAGE = "/you/"


@pytest.fixture
def world():
    return a_world()


@pytest.fixture
def alice(world, client):
    client.force_login(world.alice)
    return world.alice


def page_of(client):
    return client.get(PAGE).content.decode()


def a_badge(member):
    return issue_badge(member=member, number="04A1B2C3", by=None, now=NOW)


def test_all_that_is_held_of_her(world, alice, client):
    a_badge(alice)
    place_hold(
        member=alice,
        reason="Your waiver is not signed.",
        remedy="Sign it at the desk.",
        by=world.dana,
        now=NOW - timedelta(days=900),
    )
    page = page_of(client)
    for words in (
        "Alice Meyer",
        "Ends in B2C3",
        "Full",
        "CNC",
        "until 24 November 2027",
        "Your waiver is not signed.",
        "Sign it at the desk.",
    ):
        assert words in page


def test_nothing_of_anybody_else(world, alice, client):
    a_badge(world.bob)
    assert "Ends in" not in page_of(client)


def test_an_ended_certification_says_how_to_renew_it(world, client):
    client.force_login(world.bob)
    world.bob.certifications.update(until=NOW - timedelta(days=300))
    page = page_of(client)
    assert "The way back: Marta&#x27;s induction, Wednesdays 17:00" in page
    assert "Ended on 28 January 2026." in page


def test_she_changes_her_name_and_language(world, alice, client):
    given = {"name": "Alice Meyer-Ruiz", "language": "de", "space": world.space.pk}
    response = client.post(PAGE, given)
    assert response.status_code == 302
    assert response.cookies["django_language"].value == "de"
    alice.refresh_from_db()
    assert (alice.name, alice.language) == ("Alice Meyer-Ruiz", "de")
    change = Change.objects.get(verb="update_profile")
    assert change.before == {"name": "Alice Meyer", "language": "en"}
    client.post(PAGE, given)
    assert Change.objects.filter(verb="update_profile").count() == 1


def test_a_form_with_errors_keeps_what_was_typed(alice, client):
    page = client.post(PAGE, {"name": "", "language": "xx", "space": ""}).content.decode()
    assert 'aria-invalid="true"' in page
    page = client.post(PAGE, {"name": "Al", "language": "xx", "space": ""}).content.decode()
    assert 'value="Al"' in page


@pytest.fixture
def with_a_password(alice, client):
    alice.set_password(PASSWORD)
    alice.save()
    client.force_login(alice)
    return alice


def test_the_fields_of_a_new_password_are_written_as_all_others(with_a_password, client):
    fields = client.get(reverse("account_change_password")).context["form"].fields
    labels = [str(field.label) for field in fields.values()]
    assert labels == ["Current password", "New password", "New password again"]
    alone = [str(field.label) for field in NewPasswordForm().fields.values()]
    assert alone == ["New password", "New password again"]


def test_she_changes_her_password(with_a_password, client):
    typed = {"oldpassword": PASSWORD, "password1": "a bench of oak", "password2": "a bench of ash"}
    address = reverse("account_change_password")
    assert client.post(address, typed).context["form"].errors
    client.post(address, {**typed, "password2": "a bench of oak"})
    with_a_password.refresh_from_db()
    assert with_a_password.check_password("a bench of oak")


def test_a_lost_badge_opens_nothing_any_more(alice, client):
    badge = a_badge(alice)
    lost = f"/you/badges/{badge.pk}/lost/"
    assert "ends in B2C3" in client.get(lost).content.decode()
    assert Badge.objects.get().revoked_at is None
    client.post(lost)
    assert Badge.objects.get().revoked_at is not None
    assert client.post(lost).status_code == 404


def test_nobody_revokes_anothers_badge(world, alice, client):
    badge = a_badge(world.bob)
    assert client.post(f"/you/badges/{badge.pk}/lost/").status_code == 404
    assert Badge.objects.get().revoked_at is None


def test_strangers_are_sent_to_sign_in(client):
    assert client.get(PAGE)["Location"].startswith("/account/login/")


def test_only_known_methods(alice, client):
    assert client.delete(PAGE).status_code == 405


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]
)
def test_the_last_day_is_the_day_that_was_meant(zone):
    tz = ZoneInfo(zone)
    for day in (date(2026, 3, 28), date(2026, 10, 24), date(2026, 12, 31)):
        assert last_day(end_of(day, tz), tz) == day


def test_who_signs_in_is_spoken_to_in_their_own_language(client):
    bob = a_world().bob
    bob.language = "de"
    bob.set_password(PASSWORD)
    bob.save()
    EmailAddress.objects.create(user=bob, email=bob.email, verified=True, primary=True)
    client.post("/account/login/", {"login": bob.email, "password": PASSWORD})
    assert '<html lang="de">' in client.get("/you/").content.decode()
