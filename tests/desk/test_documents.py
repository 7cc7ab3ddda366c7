"""The pages of waiver and house rules: writing with a preview, reading, signing, on paper."""

from datetime import timedelta

import pytest

from members.models import Document, DocumentVersion, Hold, Role, Signature
from members.services.documents import ask_everybody, publish_version
from tests.people import NOW, a_member, a_world

pytestmark = pytest.mark.django_db
TEXT = "# Eyes\n\nWear <glasses>.\n\n- no gloves"
FORM = {"name": "House rules", "text": TEXT, "required_from": "2027-01-10"}


@pytest.fixture
def world():
    return a_world()


def as_(client, member):
    client.force_login(member)
    return client


def a_version(world):
    version = publish_version(
        document=Document(name="House rules"),
        text=TEXT,
        required_from=NOW,
        by=world.dana,
        now=NOW,
    )
    ask_everybody(now=NOW)
    return version


def sign_page(member):
    return f"/sign/house-rules/{member.public_id}/"


def test_staff_see_how_it_reads_and_whom_it_asks_before_it_is_published(world, client):
    page = as_(client, world.dana).post("/documents/new/", FORM)
    told = page.content.decode()
    assert "<h2>Eyes</h2>" in told and "Wear &lt;glasses&gt;." in told
    assert "4 people are asked to sign it." in told
    assert not DocumentVersion.objects.exists()
    published = {**FORM, "previewed": page.context["previewed"]}
    assert client.post("/documents/new/", published).status_code == 302
    assert DocumentVersion.objects.get().number == 1
    assert "0 of 4 signed" in client.get("/documents/").content.decode()


def test_the_newest_version_stands_first_by_document(world, client):
    first = a_version(world)
    told = {"text": TEXT, "required_from": NOW, "by": world.dana, "now": NOW}
    publish_version(document=Document(name="Consent"), **told)
    publish_version(document=first.document, **told)
    rows = as_(client, world.dana).get("/documents/").context["versions"]
    seen = [(version.document.name, version.number) for version in rows]
    assert seen == [("Consent", 1), ("House rules", 2), ("House rules", 1)]


def test_what_was_changed_after_the_preview_is_previewed_again(world, client):
    page = as_(client, world.dana).post("/documents/new/", FORM)
    changed = {**FORM, "text": "Wear nothing.", "previewed": page.context["previewed"]}
    assert "Wear nothing." in client.post("/documents/new/", changed).content.decode()
    assert not DocumentVersion.objects.exists()


def test_a_new_version_begins_with_the_words_of_the_last(world, client):
    a_version(world)
    page = as_(client, world.dana).get("/documents/house-rules/write/")
    assert page.context["form"]["text"].value() == TEXT
    assert "New version of House rules" in page.content.decode()


def test_staff_choose_who_signs_a_new_document_for_minors_and_choose_again_in_the_list(
    world, client
):
    page = as_(client, world.dana).post("/documents/new/", FORM)  # the box is not ticked
    client.post("/documents/new/", {**FORM, "previewed": page.context["previewed"]})
    assert not Document.objects.get().guardian_signs
    assert "Minors sign it alone." in client.get("/documents/").content.decode()
    done = client.post("/documents/house-rules/signers/", {"guardian_signs": "yes"}, follow=True)
    assert Document.objects.get().guardian_signs
    assert "A guardian signs it for minors." in done.content.decode()
    assert "guardian_signs" not in client.get("/documents/house-rules/write/").content.decode()


def test_a_minor_signs_alone_where_no_guardian_has_to(world, client):
    a_version(world)
    Document.objects.update(guardian_signs=False)
    emil = a_member("Emil Meyer", plan=None, guardian=world.alice)
    told = {"name": "Emil Meyer", "agreed": "on"}
    assert as_(client, emil).post(sign_page(emil), told).status_code == 302
    assert Signature.objects.get().by == emil


def test_a_refused_form_keeps_what_was_typed(world, client):
    page = as_(client, world.dana).post("/documents/new/", {**FORM, "name": ""})
    assert page.status_code == 422
    assert "no gloves" in page.content.decode()


def test_staff_of_one_space_write_nothing_for_all(world, client):
    Role.objects.filter(member=world.dana).update(space=world.space)
    assert as_(client, world.dana).get("/documents/").status_code == 403


def test_a_member_reads_and_signs_and_may_print_it(world, client):
    a_version(world)
    page = as_(client, world.alice).get("/sign/").content.decode()
    assert "Still to sign" in page and sign_page(world.alice) in page
    told = {"name": "Alice Meyer", "agreed": "on"}
    assert client.post(sign_page(world.alice), told).status_code == 302
    assert not Hold.objects.filter(member=world.alice, lifted_at=None).exists()
    assert "Nothing is left to sign." in client.get("/sign/").content.decode()
    assert "Signed by Alice Meyer" in client.get("/documents/house-rules/1/").content.decode()


def test_without_the_tick_nothing_is_signed(world, client):
    a_version(world)
    page = as_(client, world.alice).post(sign_page(world.alice), {"name": "Alice Meyer"})
    assert page.status_code == 422
    assert not Signature.objects.exists()


def test_a_hold_on_ones_page_leads_to_signing(world, client):
    a_version(world)
    Hold.objects.update(since=NOW - timedelta(days=900))
    page = as_(client, world.alice).get("/you/").content.decode()
    assert "“House rules” is not signed." in page and 'href="/sign/"' in page


def test_a_guardian_sees_and_signs_what_a_ward_needs_and_the_ward_is_sent_to_the_guardian(
    world, client
):
    a_version(world)
    emil = a_member("Emil Meyer", plan=None, guardian=world.alice)
    page = as_(client, emil).get(sign_page(emil)).content.decode()
    assert "Alice Meyer signs this for you" in page
    refused = client.post(sign_page(emil), {"name": "Emil", "agreed": "on"})
    assert refused.status_code == 422
    assert "For Emil Meyer." in as_(client, world.alice).get("/sign/").content.decode()
    client.post(sign_page(emil), {"name": "Alice Meyer", "agreed": "on"})
    assert Signature.objects.get().member == emil


def test_nobody_signs_for_somebody_else(world, client):
    a_version(world)
    told = {"name": "Alice Meyer", "agreed": "on"}
    assert as_(client, world.bob).post(sign_page(world.alice), told).status_code == 404


def test_staff_enter_a_signature_on_paper(world, client):
    a_version(world)
    path = f"/people/{world.alice.public_id}/sign/house-rules/"
    told = {"name": "Alice Meyer", "note": "Blue folder"}
    assert as_(client, world.dana).post(path, told).status_code == 302
    assert Signature.objects.get().on_paper
    assert as_(client, world.bob).post(path, told).status_code == 403


def test_only_a_signature_lifts_the_hold_of_a_document(world, client):
    a_version(world)
    Hold.objects.update(since=NOW - timedelta(days=900))
    hold = Hold.objects.get(member=world.alice)
    page = as_(client, world.dana).get(f"/people/{world.alice.public_id}/").content.decode()
    assert "Signed on paper" in page and "Lift the hold" not in page
    assert client.post(f"/holds/{hold.pk}/lift/").status_code == 404


def test_whoever_signs_up_signs_before_anything_unlocks(world, client):
    a_version(world)
    told = {
        "name": "Nora New",
        "email": "nora@example.org",
        "age": "adult",
        "password1": "bench-and-key-2026",
        "password2": "bench-and-key-2026",
    }
    client.post("/account/signup/", told)
    assert Hold.objects.filter(member__email="nora@example.org", lifted_at=None).count() == 1
