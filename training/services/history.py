"""How an induction is locked, and what is left of every change: its history, and the notices."""

from datetime import datetime
from typing import Any

from members.models import Member
from members.services import record
from notices.services import post
from training.models import Attendee, Induction


def locked(induction: Induction) -> Induction:
    """As it is now. It is locked before anything that bookings lock, here and everywhere."""
    rows = Induction.objects.select_for_update(of=("self",), no_key=True)
    return rows.whole().get(pk=induction.pk)


def log(induction: Induction, verb: str, *, by: Member | None, now: datetime, **told: Any) -> None:
    """Write the one Change about the induction: `by` None is Benchkey itself."""
    record(actor=by, verb=verb, subject=induction, at=now, after=told)


def log_of(attendee: Attendee, verb: str, *, by: Member | None, now: datetime, **told: Any) -> None:
    """Write the one Change about somebody's place at it."""
    record(
        actor=by,
        verb=verb,
        subject=attendee,
        at=now,
        after={"induction": str(attendee.induction.public_id), "state": attendee.state, **told},
        on_behalf_of=attendee.member,
    )


def tell(attendee: Attendee, kind: str, now: datetime, *, once: str = "", **more: Any) -> None:
    """Post a notice to whoever has the place; once for each version of it, or each `once`."""
    induction = attendee.induction
    key = f"{kind}:{attendee.public_id}:{once or induction.sequence}"
    context = facts_of(induction) | more
    post(to=attendee.member, kind=kind, key=key, context=context, at=now)


def tell_certifier(induction: Induction, kind: str, now: datetime, **more: Any) -> None:
    """Post a notice to whoever would give it."""
    key = f"{kind}:{induction.public_id}:{induction.sequence}"
    context = facts_of(induction) | more | {"gives": True}  # and so looks for no other one
    post(to=induction.certifier, kind=kind, key=key, context=context, at=now)


def tell_handed(induction: Induction, giver: Member, by: Member, now: datetime) -> None:
    """Post a notice to whoever gave it and to whoever gives it now, unless they did it."""
    for person in {giver, induction.certifier} - {by}:
        once = f"{induction.certifier_id}:{now.isoformat()}:{person.pk}"
        post(
            to=person,
            kind="induction-handed",
            key=f"induction-handed:{induction.public_id}:{once}",
            context=facts_of(induction) | {"by": by.name, "gives": person == induction.certifier},
            at=now,
        )


def facts_of(induction: Induction) -> dict[str, Any]:
    """What a message about an induction tells."""
    return {
        "induction": str(induction.public_id),
        "title": induction.title,
        "certification": induction.type.name,
        "certifier": induction.certifier.name,
        "space": induction.space.name,
        "starts": induction.starts.isoformat(),
        "ends": induction.ends.isoformat(),
        "zone": induction.space.zone,
    }
