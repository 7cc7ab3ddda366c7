"""Hostile uploads meet clear words; what is kept leaves as a download, for who may read it."""

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from equipment.models import Attachment, Certification, CertificationType, Level
from equipment.services.attachments import attach, remove_attachment
from equipment.uploads import MOST_BYTES
from tests.equipment.files import A_JPEG, A_PDF, A_PNG, an_upload
from tests.people import NOW, a_certification, a_member, a_world

pytestmark = pytest.mark.django_db
HTML = b"<!doctype html><script>alert(1)</script>"


@pytest.fixture
def world():
    with time_machine.travel(NOW, tick=False):
        yield a_world()


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path / "attachments"


@pytest.fixture
def held(world):
    return world.alice.certifications.get()


def as_(member) -> Client:
    client = Client()
    client.force_login(member)
    return client


def text(response):
    return " ".join(response.content.decode().split())


def send(world, held, upload):
    given = {} if upload is None else {"upload": upload}
    return as_(world.dana).post(f"/certifications/{held.pk}/attach/", given)


def keep(world, held, body=A_PDF, name="proof.pdf"):
    return attach(certification=held, upload=an_upload(body, name), by=world.dana, now=NOW)


def read(member, kept):
    return as_(member).get(f"/attachments/{kept.public_id}/")


@pytest.mark.parametrize(
    "upload, words",
    [
        (None, "Choose a file."),
        (an_upload(b"", "empty.pdf"), "The file is empty."),
        (an_upload(HTML, "page.pdf"), "neither a PDF nor"),
        (an_upload(HTML + A_PDF, "polyglot.pdf"), "neither a PDF nor"),
        (an_upload(A_PNG + HTML, "polyglot.png", "image/png"), "neither a PDF nor"),
        (an_upload(b"GIF89a" + HTML, "picture.png", "image/png"), "neither a PDF nor"),
        (an_upload(b"PK\x03\x04" + b"\0" * 1000, "bomb.pdf", "application/zip"), "neither a PDF"),
        (an_upload(b"<svg onload='alert(1)'/>", "a.svg", "image/svg+xml"), "neither a PDF nor"),
        (an_upload(A_PDF + b"\0" * MOST_BYTES, "big.pdf"), "larger than 5 MB"),
        (an_upload(A_PDF + b"\0" * 4 * MOST_BYTES, "huge.pdf"), "larger than 5 MB"),
    ],
    ids=["none", "empty", "html", "html+pdf", "png+html", "gif", "zip", "svg", "big", "huge"],
)
def test_what_is_not_taken_is_told_and_leaves_nothing(world, held, folder, upload, words):
    page = send(world, held, upload)
    assert page.status_code == 422 and words in text(page)
    assert not Attachment.objects.exists()
    assert not folder.exists() or not list(folder.iterdir())


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/cron.d/evil.pdf",
        "..\\..\\evil.pdf",
        "a\r\nSet-Cookie: x=1.pdf",
        "fdp.\u202exe.evil",
        "nul\0.pdf",
        "<img src=x onerror=alert(1)>.pdf",
        'x"; filename="evil.html',
        "x" * 300 + ".pdf",
        ".htaccess",
    ],
)
def test_a_hostile_name_becomes_harmless(world, held, folder, name):
    upload = SimpleUploadedFile("proof.pdf", A_PDF, "text/html")
    upload._name = name  # as a client that cleans nothing would send it
    assert send(world, held, upload).status_code in (302, 422)
    for kept in Attachment.objects.all():
        assert kept.name.endswith(".pdf") and len(kept.name) <= 100
        response = read(world.dana, kept)
        header = response["Content-Disposition"]
        assert header.startswith("attachment; filename") and "\n" not in header
        assert response["Content-Type"] == "application/pdf"
        assert [path.parent for path in folder.iterdir()] == [folder]
        assert "<img" not in text(as_(world.dana).get(f"/certifications/{held.pk}/"))


def test_a_sixth_file_is_one_too_many(world, held):
    for _ in range(5):
        keep(world, held)
    assert "5 files are the most" in text(send(world, held, an_upload()))


def test_it_is_kept_and_named_on_the_page(world, held):
    page = as_(world.dana).post(
        f"/certifications/{held.pk}/attach/",
        {"upload": an_upload(A_JPEG, "Schein.jpg")},
        follow=True,
    )
    assert "“Schein.jpg” is kept." in text(page) and "Dana Osei" in text(page)


def test_it_leaves_as_a_download_that_no_browser_opens(world, held):
    response = read(world.alice, keep(world, held, name="Prüfung 溶接.pdf"))
    assert response.content == A_PDF
    assert response["Content-Length"] == str(len(A_PDF))
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == (
        "attachment; filename*=utf-8''Pr%C3%BCfung%20%E6%BA%B6%E6%8E%A5.pdf"
    )
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in response["Cache-Control"]


def test_who_may_read_it(world, held):
    kept = keep(world, held)
    marta, lena = a_member("Marta Keller", plan=None), a_member("Lena Sommer", plan=None)
    a_certification(marta, world.certification)
    a_certification(lena, CertificationType.objects.create(name="Laser", slug="laser"))
    Certification.objects.filter(member__in=[marta, lena]).update(level=Level.MAY_CERTIFY)
    answers = {
        member: read(member, kept).status_code for member in (world.alice, world.dana, marta)
    }
    assert set(answers.values()) == {200}
    assert read(world.bob, kept).status_code == read(lena, kept).status_code == 404
    assert Client().get(f"/attachments/{kept.public_id}/").status_code == 302


def test_only_who_judges_removes_it(world, held):
    kept = keep(world, held)
    address = f"/attachments/{kept.public_id}/remove/"
    assert as_(world.alice).post(address).status_code == 404
    assert as_(world.dana).get(address).status_code == 405
    as_(world.dana).post(address)
    assert read(world.dana, kept).status_code == 404


def test_a_certifier_puts_nothing_beside_their_own(world):
    marta = a_member("Marta Keller", plan=None)
    own = a_certification(marta, world.certification)
    Certification.objects.filter(pk=own.pk).update(level=Level.MAY_CERTIFY)
    own.refresh_from_db()
    page = as_(marta).post(f"/certifications/{own.pk}/attach/", {"upload": an_upload()})
    assert "Others decide about your own" in text(page)
    kept = keep(world, own)
    page = as_(marta).post(f"/attachments/{kept.public_id}/remove/", follow=True)
    assert "Others decide about your own" in text(page)
    assert Attachment.objects.get().removed_at is None


def test_bytes_that_the_disk_lost_are_told(world, held, folder):
    kept = keep(world, held)
    next(folder.iterdir()).unlink()
    page = as_(world.alice).get(f"/attachments/{kept.public_id}/", follow=True)
    assert "has to come from a backup" in text(page)


def test_what_is_removed_is_gone_for_everybody(world, held):
    kept = keep(world, held)
    remove_attachment(attachment=kept, by=world.dana, now=NOW)
    assert read(world.alice, kept).status_code == 404
    assert "proof.pdf</a>" not in text(as_(world.alice).get(f"/certifications/{held.pk}/"))
