"""Account and error pages in a browser: flawless in each colour and size; passkeys included."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import RequestFactory
from playwright.sync_api import Page, expect

from tests.browser import OpenScreen

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "bench-and-key-42"
OUTSIDE = [
    "/account/login/",
    "/account/signup/",
    "/account/password/reset/",
    "/account/password/reset/done/",
    "/account/password/reset/key/1-gone/",
    "/account/inactive/",
    "/no-such-page/",
]
INSIDE = [
    "/account/email/",
    "/account/password/change/",
    "/account/2fa/",
    "/account/2fa/webauthn/",
    "/account/2fa/totp/activate/",  # leads to reauthenticate
    "/account/sessions/",
    "/account/logout/",
]


@pytest.fixture
def alice() -> Any:
    member = get_user_model().objects.create_user("alice@example.org", PASSWORD, name="Alice Maier")
    EmailAddress.objects.create(user=member, email=member.email, primary=True, verified=True)
    return member


@pytest.fixture(params=["desk-light", "desk-dark", "phone-light", "phone-dark"])
def view(request: pytest.FixtureRequest) -> dict[str, str]:
    size, scheme = request.param.split("-")
    return {"size": size, "scheme": scheme}


def test_pages_before_one_is_in(screen: OpenScreen, view: dict[str, str]) -> None:
    window = screen(**view)
    found = {}
    for path in OUTSIDE:
        window.open(path)
        found[path] = window.flaws()
    assert not any(found.values()), found


def test_pages_of_ones_own_account(screen: OpenScreen, view: dict[str, str], alice: Any) -> None:
    window = screen(alice, **view)
    found = {}
    for path in INSIDE:
        window.open(path)
        found[path] = window.flaws()
    assert not any(found.values()), found


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "429", "500"])
def test_pages_for_when_things_go_wrong(screen: OpenScreen, name: str) -> None:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    window = screen(size="phone", scheme="dark")
    window.open("/account/login/").set_content(
        render_to_string(f"{name}.html", request=request if name == "403" else None)
    )
    assert not window.flaws()


def test_a_refused_form_says_so_in_words(screen: OpenScreen, alice: Any) -> None:
    window = screen()
    page = window.open("/account/login/")
    sign_in(page, "not-the-password")
    expect(page.get_by_role("alert").first).to_contain_text("do not fit together")
    expect(page.get_by_label("Mail address")).to_have_value(alice.email)
    assert not window.flaws()


def test_a_passkey_is_made_and_signs_in(screen: OpenScreen, alice: Any) -> None:
    window = screen()
    page = window.open("/account/login/")
    give_authenticator(page)
    sign_in(page, PASSWORD)
    page.wait_for_url(window.base + "/")

    window.open("/account/2fa/webauthn/add/")
    page.get_by_label("Password").fill(
        PASSWORD
    )  # asked again before anything that signs in changes
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Name").fill("Alice's phone")
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_text("The passkey is added.")).to_be_visible()
    window.open("/account/2fa/webauthn/")
    expect(page.get_by_text("Alice's phone")).to_be_visible()
    assert not window.flaws()

    page.context.clear_cookies()
    window.open("/account/login/").get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(window.base + "/")


def test_a_passkey_that_fails_is_told(screen: OpenScreen) -> None:
    window = screen()
    page = window.open("/account/login/")
    give_authenticator(page, verified=False)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("The passkey was not used")).to_be_visible()


def test_colours_chosen_by_hand_are_kept(screen: OpenScreen, alice: Any) -> None:
    window = screen(alice)
    page = window.open("/account/email/")
    page.get_by_role("button", name="Use dark colours").click()
    window.open("/account/2fa/")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_role("button", name="Use light colours")).to_be_visible()


def sign_in(page: Page, password: str) -> None:
    page.get_by_label("Mail address").fill("alice@example.org")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def give_authenticator(page: Page, verified: bool = True) -> None:
    """A virtual one (WebAuthn level 2, section 11), as a phone would have built in."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": verified,
                "automaticPresenceSimulation": True,
            }
        },
    )
