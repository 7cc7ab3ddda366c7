"""Making a person a number in every room, in one transaction. Each room knows what of it is theirs.

What stays is the safety record: who (by number) was certified by whom, used what, and when. Access
events hold numbers only, so their chains stay valid.
"""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from access.models import Session
from bookings.models import Booking
from members.models import Member
from members.services import record
from members.services.forgetting import forget_everywhere
from members.services.roles import is_last_admin, may_give
from training.models import Induction


class CannotErase(Exception):
    """Nothing was forgotten; `reasons` say what has to be done first."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


def in_the_way(member: Member, by: Member, now: datetime) -> list[str]:
    """What must be settled before, each with what to do."""
    return list(_in_the_way(member, by, now))


def _in_the_way(member: Member, by: Member, now: datetime) -> Iterator[str]:
    at_one = Session.objects.filter(Q(member=member) | Q(companion=member))
    if at_one.exclude(state=Session.State.ENDED).exists():
        yield _("A machine is on for them now. End that session first.")
    if Booking.objects.filter(member=member, state=Booking.State.RUNNING).exists():
        yield _("A booking is running. Finish it first.")
    if member.wards.filter(is_active=True, anonymised_at=None).exists():
        yield _("They are the guardian of a child here. Give the child another guardian first.")
    given = Induction.objects.filter(certifier=member, state=Induction.State.PLANNED)
    if given.filter(starts__gt=now).exists():
        yield _("They give an induction that comes. Give it to somebody else, or call it off.")
    if given.filter(starts__lte=now).exists():
        yield _("They give an induction that has begun. Mark everybody there and finish it first.")
    if member.holds.standing(now).filter(document=None).exists():
        yield _("A hold stands. Staff lift it first, or it would be forgotten with the rest.")
    if by != member and not all(may_give(by, role.space) for role in member.roles.all()):
        yield _("They have a role that you may not take. An admin takes it first.")
    if is_last_admin(member):
        yield _("Somebody must be admin of all spaces. Give that to another one first.")


@transaction.atomic
def erase(*, member: Member, by: Member, now: datetime) -> None:
    """Forget all but the safety record; there is no way back. Raises CannotErase."""
    member = Member.objects.select_for_update().get(pk=member.pk)
    if member.anonymised_at is not None:
        return
    if reasons := in_the_way(member, by, now):
        raise CannotErase(reasons)
    record(actor=by, verb="erase", subject=member, at=now, on_behalf_of=member)
    forget_everywhere(member=member, by=by, now=now)
