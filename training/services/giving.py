"""Who gives an induction: whether they may, and what is done about one that nobody may give."""

from datetime import datetime

from equipment.eligibility import missing
from equipment.facts import facts_of_person
from equipment.models import CertificationType
from equipment.services.certifications import may_certify
from equipment.services.lockouts import staff_of
from members.models import Member, Space
from members.permissions import is_staff
from notices.services import post
from training.models import Induction
from training.services.history import facts_of


def may_give(member: Member, type: CertificationType, at: datetime, now: datetime) -> bool:
    """Whether they may certify at that time, by what is known now; members must be served then."""
    if not member.is_active or not may_certify(member, type, at):
        return False
    return is_staff(member) or not missing(facts_of_person(member_id=member.pk, now=now), at)


def forsaken(now: datetime, space: Space | None = None) -> list[Induction]:
    """Those to come whose certifier may not give them; of one space, or of all."""
    coming = Induction.objects.coming(now).whole()
    if space is not None:
        coming = coming.filter(space=space)
    return [one for one in coming if not may_give(one.certifier, one.type, one.starts, now)]


def tell_of_forsaken(*, now: datetime) -> None:
    """Post one message to each of the staff for each induction that somebody else has to give."""
    for induction in forsaken(now):
        for person in staff_of(induction.space):
            about = f"{induction.public_id}:{induction.certifier_id}:{induction.sequence}"
            key = f"induction-forsaken:{about}:{person.pk}"
            post(to=person, kind="induction-forsaken", key=key, context=facts_of(induction), at=now)
