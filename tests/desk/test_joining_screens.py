"""The pages of joining in a real browser: no accessibility flaw, no breach, no side scroll."""

import pytest
from django.utils import timezone

from members.models import Document, MembershipRequest, Plan
from members.services.documents import ask_everybody, publish_version
from members.services.signing import sign
from tests.browser import OpenScreen, screen
from tests.people import World, a_member, a_world

__all__ = ["screen"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TEXT = """# Eyes and ears

Wear safety glasses wherever something spins, and ear muffs where it is loud.

- no gloves at a lathe
- no loose scarves
- tie long hair back

Whoever breaks something says so at the desk: nobody pays for an honest mistake."""


def furnished() -> tuple[World, dict[str, str]]:
    """The world, and by page who opens it."""
    now = timezone.now()
    world = a_world(now)
    trial = Plan.objects.create(
        name="Trial", slug="trial", months=1, joining="ask", description="One month to look around"
    )
    names = ("House rules", "Waiver")
    rules, _waiver = (
        publish_version(
            document=Document(name=name), text=TEXT, required_from=now, by=world.dana, now=now
        )
        for name in names
    )
    a_member("Emil Meyer", plan=None, email=None, guardian=world.alice)
    nora = a_member("Nora New", plan=None, space=world.space)
    MembershipRequest.objects.create(member=nora, plan=trial, asked_at=now)
    ask_everybody(now=now)
    sign(member=world.alice, version=rules, name="Alice Meyer", by=world.alice, now=now)
    return world, {
        "/": "charlie",
        "/join/": "charlie",
        "/join/plan/": "charlie",
        "/sign/": "alice",
        f"/sign/waiver/{world.alice.public_id}/": "alice",
        "/documents/house-rules/1/": "alice",
        "/documents/": "dana",
        "/documents/house-rules/write/": "dana",
        "/desk/plans/": "dana",
        "/desk/plan-requests/": "dana",
        "/people/invitations/": "dana",
        "/people/new/": "dana",
        f"/people/{nora.public_id}/": "dana",
        f"/people/{nora.public_id}/sign/waiver/": "dana",
    }


@pytest.mark.parametrize(("size", "scheme"), [("phone", "dark"), ("desk", "light")])
def test_no_page_has_a_flaw(screen: OpenScreen, size: str, scheme: str):
    world, pages = furnished()
    windows = {
        name: screen(getattr(world, name), size=size, scheme=scheme)
        for name in ("alice", "charlie", "dana")
    }
    flaws = {}
    for path, name in pages.items():
        windows[name].open(path)
        flaws[path] = windows[name].flaws()
    assert {path: found for path, found in flaws.items() if found} == {}


def test_the_preview_of_a_document_has_no_flaw(screen: OpenScreen):
    world, _pages = furnished()
    window = screen(world.dana, size="phone")
    page = window.open("/documents/house-rules/write/")
    page.click("button[name=preview]")
    page.wait_for_selector("#preview")
    assert window.flaws() == []
