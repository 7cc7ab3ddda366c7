"""Files beside a certification: what is kept, what is refused, and that bytes and row stay one."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction

from equipment.models import Attachment, Certification, CertificationType, Level
from equipment.services import Uncertifiable, attachments
from equipment.services.attachments import (
    Unattachable,
    attach,
    remove_attachment,
    sweep_files,
)
from equipment.uploads import MOST_BYTES
from members.models import Change
from tests.equipment.files import A_JPEG, A_PDF, A_PNG, an_upload
from tests.people import NOW, a_certification, a_member, a_world

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def world():
    return a_world()


@pytest.fixture(autouse=True)
def folder(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path / "attachments"


def proof(world) -> Certification:
    return world.alice.certifications.get()


def keep(world, upload=None, by=None) -> Attachment:
    return attach(
        certification=proof(world), upload=upload or an_upload(), by=by or world.dana, now=NOW
    )


def on_disk(folder) -> list[Path]:
    return sorted(folder.iterdir()) if folder.exists() else []


@pytest.mark.parametrize(
    "body, media_type",
    [(A_PDF, "application/pdf"), (A_PNG, "image/png"), (A_JPEG, "image/jpeg")],
)
def test_the_bytes_say_what_it_is_and_not_who_sent_it(world, folder, body, media_type):
    kept = keep(world, an_upload(body, "../../evil.html", "text/html"))
    assert kept.media_type == media_type
    assert [path.read_bytes() for path in on_disk(folder)] == [body]
    assert "evil" not in str(on_disk(folder)[0]) and kept.name.startswith("evil.html.")
    assert Change.objects.get(verb="attach").on_behalf_of == world.alice


@pytest.mark.parametrize(
    "upload, words",
    [
        (an_upload(b""), "empty"),
        (an_upload(b"<html>"), "neither a PDF nor"),
        (an_upload(A_PDF + b"\0" * MOST_BYTES), "larger than 5 MB"),
    ],
    ids=["empty", "html", "large"],
)
def test_what_is_refused_leaves_nothing(world, folder, upload, words):
    with pytest.raises(Unattachable, match=words):
        keep(world, upload)
    assert not on_disk(folder) and not Attachment.objects.exists()


def test_the_largest_that_is_taken(world, folder):
    filling = MOST_BYTES - len(A_PDF)
    keep(world, an_upload(A_PDF[:9] + b"\0" * filling + A_PDF[9:]))
    assert on_disk(folder)[0].stat().st_size == MOST_BYTES


def test_five_are_the_most_and_a_removed_one_makes_room(world, folder):
    for _ in range(5):
        last = keep(world)
    with pytest.raises(Unattachable, match="5 files are the most"):
        keep(world)
    assert len(on_disk(folder)) == 5
    remove_attachment(attachment=last, by=world.dana, now=NOW)
    keep(world)


def test_a_row_that_fails_takes_its_bytes_with_it(world, folder, monkeypatch):
    def fail(**_):
        raise RuntimeError("the disk of the database is full")

    monkeypatch.setattr(attachments, "record", fail)
    with pytest.raises(RuntimeError):
        keep(world)
    assert not on_disk(folder) and not Attachment.objects.exists()


@pytest.mark.parametrize("who", ["alice", "bob", "charlie"])
def test_nobody_attaches_to_their_own_nor_without_the_right(world, folder, who):
    with pytest.raises(Uncertifiable):
        keep(world, by=getattr(world, who))
    assert not on_disk(folder)


def test_a_certifier_of_another_type_may_not(world):
    other = CertificationType.objects.create(name="Laser", slug="laser")
    marta = a_member("Marta Keller", plan=world.plan)
    a_certification(marta, other)
    Certification.objects.filter(member=marta).update(level=Level.MAY_CERTIFY)
    with pytest.raises(Uncertifiable):
        keep(world, by=marta)


def test_removing_deletes_the_bytes_once_it_is_certain(
    world, folder, django_capture_on_commit_callbacks
):
    kept = keep(world)
    with django_capture_on_commit_callbacks(execute=True):
        remove_attachment(attachment=kept, by=world.dana, now=NOW)
        assert len(on_disk(folder)) == 1
    assert not on_disk(folder)
    kept.refresh_from_db()
    assert kept.removed_at == NOW and kept.name == "proof.pdf"


def test_a_removal_that_is_taken_back_keeps_the_bytes(world, folder):
    kept = keep(world)
    with pytest.raises(RuntimeError), transaction.atomic():
        remove_attachment(attachment=kept, by=world.dana, now=NOW)
        raise RuntimeError("something else failed")
    assert len(on_disk(folder)) == 1


def test_what_a_dead_process_left_behind_is_swept_after_a_day(world, folder):
    kept = keep(world)
    orphan = folder / "0123.pdf"
    orphan.write_bytes(A_PDF)
    for path in on_disk(folder):
        os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    assert sweep_files(NOW + DAY / 2) == 0
    assert sweep_files(NOW + 2 * DAY) == 1
    assert [path.name for path in on_disk(folder)] == [Path(kept.file.name).name]


def test_nothing_is_swept_where_nothing_was_ever_kept(world, folder):
    assert sweep_files(NOW) == 0
