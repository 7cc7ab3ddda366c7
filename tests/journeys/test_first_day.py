"""The first day of somebody with a role: a password, a notice, an app, and the desk is theirs."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from members.models import Member, Role
from tests.browser import OpenScreen
from tests.members.test_second_factor import code_of
from tests.people import PASSWORD, World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def dana(workshop: World, settings: Any) -> Member:
    settings.STAFF_SECOND_FACTOR = True
    workshop.dana.set_password(PASSWORD)
    workshop.dana.save()
    workshop.dana.emailaddress_set.create(email=workshop.dana.email, verified=True, primary=True)
    return workshop.dana


def sign_in(page: Page, member: Member) -> None:
    page.get_by_label("Mail address").fill(member.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").first.click()


def test_from_a_password_to_the_desk_and_in_again(
    workshop: World, dana: Member, screen: OpenScreen
) -> None:
    window = screen(size="phone")
    page = window.open("/people/")
    sign_in(page, dana)
    expect(page.get_by_role("heading", name="Your role rests")).to_be_visible()
    assert not window.flaws()
    page.get_by_role("link", name="Use an authenticator app").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    secret = page.locator("#authenticator_secret").input_value()
    page.get_by_label("Code").fill(code_of(secret))
    page.get_by_role("button", name="Turn it on").click()
    expect(page.get_by_text("recovery").first).to_be_visible()
    page = window.open("/people/")
    expect(page.get_by_role("heading", name="People")).to_be_visible()
    expect(page.get_by_text("Your role rests")).to_have_count(0)

    dana.authenticator_set.filter(type="totp").update(last_used_at=None)
    again = screen()
    page = again.open("/people/")
    sign_in(page, dana)
    page.get_by_label("Code").fill(code_of(secret))
    page.get_by_role("main").get_by_role("button", name="Sign in").first.click()
    expect(page.get_by_role("heading", name="People")).to_be_visible()


def test_an_admin_gives_a_role_and_takes_it_back(workshop: World, screen: OpenScreen) -> None:
    Role.objects.create(member=workshop.dana, space=None, kind="admin")
    window = screen(workshop.dana)
    page = window.open(f"/people/{workshop.bob.public_id}/")
    page.get_by_role("link", name="Roles").click()
    page.get_by_label("Role", exact=True).select_option(label="maintainer")
    assert not window.flaws()
    page.get_by_role("button", name="Give it").click()
    expect(page.get_by_role("listitem").get_by_text("maintainer")).to_be_visible()
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_text("None: a member like others.")).to_be_visible()
    assert not workshop.bob.roles.exists()


def test_somebody_has_themselves_forgotten(workshop: World, screen: OpenScreen) -> None:
    workshop.bob.set_unusable_password()
    workshop.bob.save()
    window = screen(workshop.bob, size="phone")
    page = window.open("/you/data/")
    assert not window.flaws()
    page.get_by_role("link", name="Have me forgotten").click()
    page.get_by_label("Type the name").fill("bob lindqvist")
    assert not window.flaws()
    page.get_by_role("button", name="Forget it all").click()
    expect(page.get_by_text("Forgotten.")).to_be_visible()
    workshop.bob.refresh_from_db()
    assert workshop.bob.email is None
