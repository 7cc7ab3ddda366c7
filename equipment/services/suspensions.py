"""Suspending what a member holds for a while, and lifting that again."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from equipment.models import CertificationType, Mode, Suspension
from equipment.services.certifications import Uncertifiable, may_favour, may_judge
from members.models import AccessEpoch, Member
from members.services import record
from notices.services import post


@transaction.atomic
def suspend_certification(
    *,
    member: Member,
    type: CertificationType,
    why: str,
    by: Member,
    now: datetime,
    until: datetime | None = None,
    mode: str = Mode.STOP,
) -> Suspension:
    """From now on nothing that `member` holds of `type` counts, until it is lifted or over.

    A session that stands on it ends by `mode`. Raises Uncertifiable for oneself, for one who may
    not give the type, for an end in the past, and where it is suspended already.
    """
    may_judge(by, member, type, now)
    if until is not None and until <= now:
        raise Uncertifiable(_("The end lies in the past. Choose a later day."))
    Member.objects.select_for_update().get(pk=member.pk)
    if Suspension.objects.standing(now).filter(member=member, type=type).exists():
        words = _("“%(type)s” of %(name)s is suspended already. Lift that first.")
        raise Uncertifiable(words % {"type": type, "name": member.name})
    placed = Suspension.objects.create(
        member=member, type=type, why=why, mode=mode, placed_by=by, since=now, until=until
    )
    last = until.isoformat() if until else None
    after = {"type": type.slug, "why": why, "until": last, "mode": str(mode)}
    record(
        actor=by,
        verb="suspend_certification",
        subject=placed,
        at=now,
        after=after,
        on_behalf_of=member,
    )
    _tell(placed, "certification-suspended", by, now, why=why, until=last)
    AccessEpoch.bump()
    return placed


@transaction.atomic
def lift_suspension(*, suspension: Suspension, by: Member, now: datetime) -> Suspension:
    """What the member holds counts again, as far as it is valid. Twice is once."""
    may_judge(by, suspension.member, suspension.type, now)
    may_favour(by, suspension.member, suspension.type, now)
    suspension = Suspension.objects.select_for_update().get(pk=suspension.pk)
    if suspension.lifted_at is not None:
        return suspension
    suspension.lifted_at, suspension.lifted_by = now, by
    suspension.save(update_fields=["lifted_at", "lifted_by"])
    record(
        actor=by,
        verb="lift_suspension",
        subject=suspension,
        at=now,
        after={"type": suspension.type.slug},
        on_behalf_of=suspension.member,
    )
    _tell(suspension, "certification-restored", by, now)
    AccessEpoch.bump()
    return suspension


def _tell(suspension: Suspension, kind: str, by: Member, now: datetime, **more: str | None) -> None:
    post(
        to=suspension.member,
        kind=kind,
        key=f"{kind}-{suspension.pk}",
        context={"certification": suspension.type.name, "by": by.name, **more},
        at=now,
    )
