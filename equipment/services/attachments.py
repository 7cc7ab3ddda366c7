"""Files that belong to a certification: another space's certificate, a signed sheet.

The bytes are written before the row and go after it, so that no row is ever without them; what is
left behind by a process that died in between is swept away by the clock.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from equipment.models import Attachment, Certification
from equipment.services.certifications import may_judge
from equipment.sniffing import HEAD, SUFFIXES, TAIL, media_type_of, safe_name
from equipment.uploads import MOST_BYTES
from members.models import Member
from members.services import record
from members.services.errors import NotDone

FOLDER = "attachments"
MOST = 5  # of one certification
KEPT = timedelta(days=1)  # how long a file may wait for its row


class Unattachable(NotDone):
    """A file that is not kept."""


def attach(
    *, certification: Certification, upload: "UploadedFile[bytes]", by: Member, now: datetime
) -> Attachment:
    """Keep the file beside the certification, under a name that nobody chose.

    Raises Unattachable for what is empty, too large, one too many, or neither PDF, PNG nor JPEG
    by its bytes; Uncertifiable for one's own certification and for one who may not give it.
    """
    may_judge(by, certification.member, certification.type, now)
    media_type = _checked(upload)
    wanted = f"{FOLDER}/{uuid4().hex}{SUFFIXES[media_type][0]}"
    kept = default_storage.save(wanted, upload)
    try:
        return _write(certification, upload, media_type, kept, by, now)
    except BaseException:
        default_storage.delete(kept)
        raise


@transaction.atomic
def remove_attachment(*, attachment: Attachment, by: Member, now: datetime) -> Attachment:
    """The bytes go, the line that they were there stays. Twice is once."""
    certification = attachment.certification
    may_judge(by, certification.member, certification.type, now)
    attachment = Attachment.objects.select_for_update().get(pk=attachment.pk)
    if attachment.removed_at is not None:
        return attachment
    attachment.removed_at = now
    attachment.save(update_fields=["removed_at"])
    _log("remove_attachment", attachment, certification, by, now)
    kept = str(attachment.file.name)
    transaction.on_commit(lambda: default_storage.delete(kept))
    return attachment


def sweep_files(now: datetime) -> int:
    """Delete files without a row that is in force, a day after they came; how many."""
    folder = Path(default_storage.path(FOLDER))
    if not folder.is_dir():
        return 0
    old = {path.name: path for path in folder.iterdir() if _age(path, now) > KEPT}
    rows = Attachment.objects.filter(removed_at=None).values_list("file", flat=True)
    orphans = old.keys() - {Path(name).name for name in rows.iterator()}
    for name in orphans:
        old[name].unlink(missing_ok=True)
    return len(orphans)


def _checked(upload: "UploadedFile[bytes]") -> str:
    """Its type by its bytes, of which only the first and last are looked at."""
    size = upload.size or 0
    if not size:
        raise Unattachable(_("The file is empty. Choose another."))
    if size > MOST_BYTES:
        raise Unattachable(_("The file is larger than 5 MB. Send a smaller one."))
    head = upload.read(HEAD)
    upload.seek(max(0, size - TAIL))
    media_type = media_type_of(head, upload.read(TAIL))
    upload.seek(0)
    if media_type is None:
        words = _("This is neither a PDF nor a PNG or JPEG picture. Save it as one of these.")
        raise Unattachable(words)
    return media_type


@transaction.atomic
def _write(
    certification: Certification,
    upload: "UploadedFile[bytes]",
    media_type: str,
    kept: str,
    by: Member,
    now: datetime,
) -> Attachment:
    """Counted under the certification's lock."""
    certification = Certification.objects.select_for_update().get(pk=certification.pk)
    if certification.attachments.filter(removed_at=None).count() >= MOST:
        words = _("%(most)d files are the most. Remove one first.") % {"most": MOST}
        raise Unattachable(words)
    attachment = Attachment.objects.create(
        certification=certification,
        name=safe_name(upload.name or "", media_type),
        media_type=media_type,
        size=upload.size or 0,
        file=kept,
        added_by=by,
        added_at=now,
    )
    _log("attach", attachment, certification, by, now)
    return attachment


def _log(
    verb: str, attachment: Attachment, certification: Certification, by: Member, now: datetime
) -> None:
    after = {"file": attachment.name, "size": attachment.size}
    record(
        actor=by,
        verb=verb,
        subject=attachment,
        at=now,
        after=after,
        on_behalf_of=certification.member,
    )


def _age(path: Path, now: datetime) -> timedelta:
    """Nothing, where it went while one looked."""
    with suppress(FileNotFoundError):
        return now - datetime.fromtimestamp(path.stat().st_mtime, now.tzinfo)
    return timedelta()
