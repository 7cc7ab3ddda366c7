"""What members say about themselves."""

from datetime import datetime

from django.db import transaction

from members.models import Member, Space
from members.services.changes import record


@transaction.atomic
def update_profile(
    *, member: Member, name: str, language: str, space: Space | None, by: Member, now: datetime
) -> Member:
    """Take over name, language and home space; only what differs is recorded."""
    before = {"name": member.name, "language": member.language, "space": member.space_id}
    after = {"name": name, "language": language, "space": space.pk if space else None}
    changed = {field for field in after if before[field] != after[field]}
    if changed:
        member.name, member.language, member.space = name, language, space
        member.save(update_fields=sorted(changed))
        record(
            actor=by,
            verb="update_profile",
            subject=member,
            at=now,
            before={field: before[field] for field in sorted(changed)},
            after={field: after[field] for field in sorted(changed)},
            on_behalf_of=member,
        )
    return member
