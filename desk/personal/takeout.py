"""Everything about one person as a zip: data.json and the files; and who handed it out."""

import io
import json
import zipfile
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, QuerySet

from access.models import AccessEvent
from desk.personal.catalogue import THEIRS, Table
from desk.personal.names import Names, answered
from equipment.models import Attachment
from equipment.sniffing import SUFFIXES
from members.models import DocumentVersion, Member
from members.services import record
from training.models import TheoryAttempt

README = """\
This is what Benchkey holds about you.

data.json   every table with something about you, row by row; times are UTC. Where a row points to
            something else, such as a plan or a machine, its name stands beside its number.
files/      what was attached to your certifications, and the text of all that was signed for you.

Left out are secrets that only the machine needs: keyed hashes of your badges, your password's hash,
keys of your passkeys, addresses of your calendars. Which answers of a theory test are right is left
out, too: the same questions are asked again. Other people appear by number.
"""
OWN_SECRETS = frozenset({"password", "pin_hash"})
EVENT_SECRETS = frozenset({"badge_hash", "nonce", "sid", "answer", "prev_seal", "seal"})


def takeout(*, member: Member, now: datetime) -> bytes:
    """The zip; at most a few megabytes, and the files as they are."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", README)
        archive.writestr("data.json", as_json(everything(member, now)))
        for row in Attachment.objects.filter(certification__member=member, removed_at=None):
            with suppress(FileNotFoundError), row.file.open("rb") as file:  # data.json names it
                archive.writestr(f"files/{row.public_id}{SUFFIXES[row.media_type][0]}", file.read())
        for version in _signed(member):
            archive.writestr(
                f"files/{version.document.slug}-version-{version.number}.txt", version.text
            )
    return buffer.getvalue()


def _signed(member: Member) -> "QuerySet[DocumentVersion]":
    versions = DocumentVersion.objects.filter(signatures__member=member)
    return versions.select_related("document").distinct()


def record_hand_out(*, member: Member, by: Member, now: datetime) -> None:
    """Write down that somebody else took it along."""
    record(actor=by, verb="hand_out_data", subject=member, at=now, on_behalf_of=member)


def everything(member: Member, now: datetime) -> dict[str, Any]:
    """By table. `access.AccessEvent` knows people by number, so it is asked by number."""
    tables: dict[str, list[dict[str, Any]]] = {}
    names = Names()
    for table in THEIRS:
        tables.setdefault(table.model, []).extend(_rows(table, member, names))
    tables["access.AccessEvent"] = _events(member, names)
    return {"made_at": now, "about": _row(member, OWN_SECRETS, names), "tables": tables}


def as_json(data: dict[str, Any]) -> str:
    return json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)


def _events(member: Member, names: Names) -> list[dict[str, Any]]:
    events = AccessEvent.objects.filter(member_id=member.pk).order_by("id")
    return [
        _row(event, EVENT_SECRETS, names) | {"machine_name": names.of_machine(event.machine_id)}
        for event in events.iterator()
    ]


def _rows(table: Table, member: Member, names: Names) -> list[dict[str, Any]]:
    rows = table.rows_of._default_manager.filter(**{table.by: member}).order_by("pk")
    return [_row(row, table.secret, names) | _more(row) for row in rows.iterator()]


def _row(row: Model, secret: Any, names: Names) -> dict[str, Any]:
    """Its columns by name; what points to another row is that row's number, and its name."""
    columns = {
        field.name: field.value_from_object(row)
        for field in row._meta.concrete_fields
        if field.name not in secret
    }
    return columns | names.of(row, secret)


def _more(row: Model) -> dict[str, Any]:
    """What the columns keep as numbers, and no other row tells."""
    return {"answered": answered(row)} if isinstance(row, TheoryAttempt) else {}
