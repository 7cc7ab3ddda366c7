"""Reads what the rules of signing up need; decides nothing."""

from datetime import datetime

from bookings.rules.facts import Slot
from equipment.facts import facts_of_person
from equipment.models import Certification, CertificationType
from members.models import Member
from training.models import Induction
from training.rules import Facts


def facts_for(*, induction: Induction, member: Member, now: datetime) -> Facts:
    """`induction` comes with its type and needs."""
    needs = induction.needs
    return Facts(
        now=now,
        slot=Slot(induction.starts, induction.ends),
        closes_at=induction.closes_at,
        takes_place=induction.state == Induction.State.PLANNED,
        certification=induction.type.name,
        judge=facts_of_person(member_id=member.pk, now=now),
        is_certifier=induction.certifier_id == member.pk,
        has_it_for_good=_has_for_good(member, induction, now),
        needs=needs.name if needs else "",
        has_needed=needs is None or _has(member, needs, induction.starts),
    )


def _has_for_good(member: Member, induction: Induction, now: datetime) -> bool:
    held = Certification.objects.valid(now).filter(member=member, type=induction.type_id)
    return held.filter(level__gte=induction.level, until=None).exists()


def _has(member: Member, type: CertificationType, at: datetime) -> bool:
    return Certification.objects.valid(at).filter(member=member, type=type).exists()
