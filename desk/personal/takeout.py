"""Everything about one person as a zip: data.json and the files; and who handed it out."""

import io
import json
import zipfile
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model

from access.models import AccessEvent
from desk.personal.catalogue import THEIRS, Table
from equipment.models import Attachment
from equipment.sniffing import SUFFIXES
from members.models import Member
from members.services import record

README = """\
This is what Benchkey holds about you.

data.json   every table with something about you, row by row; times are UTC.
files/      what was attached to your certifications.

Left out are secrets that only the machine needs: keyed hashes of your badges, your password's hash,
keys of your passkeys, addresses of your calendars. Other people appear by number.
"""
OWN_SECRETS = frozenset({"password", "pin_hash"})


def takeout(*, member: Member, now: datetime) -> bytes:
    """The zip; at most a few megabytes, and the files as they are."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", README)
        archive.writestr("data.json", as_json(everything(member, now)))
        for row in Attachment.objects.filter(certification__member=member, removed_at=None):
            with suppress(FileNotFoundError), row.file.open("rb") as file:  # data.json names it
                archive.writestr(f"files/{row.public_id}{SUFFIXES[row.media_type][0]}", file.read())
    return buffer.getvalue()


def record_hand_out(*, member: Member, by: Member, now: datetime) -> None:
    """Write down that somebody else took it along."""
    record(actor=by, verb="hand_out_data", subject=member, at=now, on_behalf_of=member)


def everything(member: Member, now: datetime) -> dict[str, Any]:
    """By table. `access.AccessEvent` knows people by number, so it is asked by number."""
    tables: dict[str, list[dict[str, Any]]] = {}
    for table in THEIRS:
        tables.setdefault(table.model, []).extend(_rows(table, member))
    events = AccessEvent.objects.filter(member_id=member.pk).order_by("id")
    hidden = {"badge_hash", "nonce", "sid", "answer", "prev_seal", "seal"}
    tables["access.AccessEvent"] = [_row(event, hidden) for event in events.iterator()]
    return {"made_at": now, "about": _row(member, OWN_SECRETS), "tables": tables}


def as_json(data: dict[str, Any]) -> str:
    return json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)


def _rows(table: Table, member: Member) -> list[dict[str, Any]]:
    rows = table.rows_of._default_manager.filter(**{table.by: member}).order_by("pk")
    return [_row(row, table.secret) for row in rows.iterator()]


def _row(row: Model, secret: Any) -> dict[str, Any]:
    """Its columns by name; what points to another row is that row's number."""
    return {
        field.name: field.value_from_object(row)
        for field in row._meta.concrete_fields
        if field.name not in secret
    }
