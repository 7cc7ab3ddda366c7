"""The doors of this room: each getter hands over what the asker may act on, and else 404."""

from datetime import datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from bookings.permissions import spaces_of
from equipment.models import Certification, CertificationType, Machine
from equipment.permissions import certifiable_types
from members.models import Member, Space
from members.permissions import STAFF, is_staff
from training.models import Attendee, Induction, TheoryAttempt, TheoryQuestion, TheoryTest


def runs(member: Member, induction: Induction) -> bool:
    """Whoever gives it, and staff of its space."""
    return induction.certifier_id == member.pk or is_staff(member, induction.space)


def induction_to_see(public_id: UUID) -> Induction:
    """Every member may look at every induction; who else comes is not theirs to know."""
    return get_object_or_404(Induction.objects.whole(), public_id=public_id)


def induction_to_run(member: Member, public_id: UUID) -> Induction:
    induction = induction_to_see(public_id)
    if not runs(member, induction):
        raise Http404
    return induction


def attendee_for(member: Member, public_id: UUID) -> Attendee:
    """One's own place; for those who run the induction, anybody's."""
    rows = Attendee.objects.select_related("induction__space", "member")
    attendee = get_object_or_404(rows, public_id=public_id)
    if attendee.member_id != member.pk and not runs(member, attendee.induction):
        raise Http404
    return attendee


def spaces_to_plan_in(member: Member, now: datetime) -> list[Space]:
    """Those at whose desk one works; for certifiers, all."""
    if _certifiers(now).filter(member=member).exists():
        return list(Space.objects.all())
    return spaces_of(member)


def space_to_plan_in(member: Member, slug: str, now: datetime) -> Space:
    """The one that is named, else the home space, else the first; 403 for who plans in none."""
    spaces = spaces_to_plan_in(member, now)
    if not spaces:
        raise PermissionDenied
    if slug:
        spaces = [space for space in spaces if space.slug == slug]
    if not spaces:
        raise Http404
    return next((space for space in spaces if space.pk == member.space_id), spaces[0])


def may_plan(member: Member, now: datetime) -> bool:
    return bool(spaces_to_plan_in(member, now))


def certifiers_for(member: Member, space: Space, now: datetime) -> QuerySet[Member]:
    """Who may give an induction: oneself; at the desk also other staff and certifiers."""
    if not is_staff(member, space):
        return Member.objects.filter(pk=member.pk)
    at_desk = Q(roles__kind__in=STAFF) & (Q(roles__space=None) | Q(roles__space=space))
    certifies = Q(pk__in=_certifiers(now).values("member"))
    return Member.objects.filter(at_desk | certifies, is_active=True).distinct()


def machines_to_hold(member: Member, space: Space, now: datetime) -> QuerySet[Machine]:
    """All of the space at its desk; for certifiers those that take what they may give."""
    machines = Machine.objects.filter(space=space, retired_at=None)
    if not is_staff(member, space):
        machines = machines.filter(tool_class__requires__in=certifiable_types(member, now))
    return machines.select_related("tool_class", "space")


def _certifiers(now: datetime) -> QuerySet[Certification]:
    return Certification.objects.certifying(now)


def test_to_take(slug: str) -> TheoryTest:
    """Every member may sit every test that is asked."""
    asked = TheoryTest.objects.exclude(published_at=None).select_related("type")
    return get_object_or_404(asked, type__slug=slug)


def attempt_of(member: Member, public_id: UUID) -> TheoryAttempt:
    """One's own sitting, and nobody else's."""
    own = TheoryAttempt.objects.filter(member=member).select_related("test__type", "member")
    return get_object_or_404(own, public_id=public_id)


def type_to_examine(member: Member, slug: str, now: datetime) -> CertificationType:
    """Whoever may give a certification writes its test and sees what is right."""
    return get_object_or_404(certifiable_types(member, now), slug=slug)


def question_to_write(member: Member, pk: int, now: datetime) -> TheoryQuestion:
    """One that is still asked, of a test that `member` writes."""
    rows = TheoryQuestion.objects.filter(
        retired_at=None, test__type__in=certifiable_types(member, now)
    )
    return get_object_or_404(rows.select_related("test__type"), pk=pk)
