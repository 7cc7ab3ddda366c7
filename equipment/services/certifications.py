"""Giving a certification and taking it back, and what keeps one from being given."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from equipment.ladder import WAIVED, Lack, Need, lacks
from equipment.ladder_words import lack_words
from equipment.models import Certification, CertificationType, Level, Mode
from equipment.standings import read_graph, standing_of
from members.models import AccessEpoch, Member, Role
from members.permissions import STAFF
from members.services import record
from members.services.errors import NotDone
from notices.services import post

NOTE = 200  # characters of it that are kept


class Uncertifiable(NotDone):
    """Nothing was given, or taken.

    `lacks` is what is in the way of the member; empty where it is the one who tried.
    """

    def __init__(self, words: str, lacks: tuple[Lack, ...] = ()) -> None:
        super().__init__(words)
        self.lacks = lacks


@dataclass(frozen=True, slots=True)
class Terms:
    """What is given: `until` None is for as long as the type says."""

    type: CertificationType
    level: int
    until: datetime | None = None
    note: str = ""
    set_aside: str = ""


def sees_all_types(by: Member) -> bool:
    """Staff of any space give every type, and only they make certifiers and set rules aside."""
    return by.has_role(None, {Role.Kind.STAFF, Role.Kind.ADMIN})


def may_certify(by: Member, type: CertificationType, now: datetime) -> bool:
    """Staff may, and so may who holds this type at the level that says so."""
    if sees_all_types(by):
        return True
    return Certification.objects.certifying(now).filter(member=by, type=type).exists()


def lacking(
    *, member: Member, type: CertificationType, level: int, now: datetime
) -> tuple[Lack, ...]:
    """Everything that keeps `member` from being given it; who certifies is not asked here."""
    return lacks(read_graph(), standing_of(member, now), Need(type.slug, int(level)))


@transaction.atomic
def certify(
    *,
    member: Member,
    type: CertificationType,
    by: Member,
    now: datetime,
    level: int = Level.FULL,
    until: datetime | None = None,
    note: str = "",
    set_aside: str = "",
) -> Certification:
    """Give `member` a certification; without `until` it lasts as long as its type says.

    A higher level is added beside the lower one. `set_aside` is why it is given though theory or
    a prerequisite is lacking; only staff say so. Raises Uncertifiable with all that is in the way.
    """
    terms = Terms(type, level, until, note, set_aside)
    may_give(by, terms, now)
    Member.objects.select_for_update().get(pk=member.pk)
    found = lacking(member=member, type=type, level=level, now=now)
    return give(member, terms, found, by, now)


def may_give(by: Member, terms: Terms, now: datetime) -> None:
    """Raises Uncertifiable where `by` may not give this to anybody, or nobody could."""
    if not may_certify(by, terms.type, now):
        raise Uncertifiable(_("You may not certify “%s”. Ask staff.") % terms.type)
    if terms.level >= Level.MAY_CERTIFY and not sees_all_types(by):
        raise Uncertifiable(_("Only staff let people certify others. Choose a lower level."))
    if terms.until is not None and terms.until <= now:
        raise Uncertifiable(_("The end lies in the past. Choose a later day."))


def may_judge(by: Member, member: Member, type: CertificationType, now: datetime) -> None:
    """Raises Uncertifiable where `by` may not take this from the member, or suspend it."""
    if by == member:
        raise Uncertifiable(_("Others decide about your own certifications. Ask staff."))
    if not may_certify(by, type, now):
        raise Uncertifiable(_("You may not decide about “%s”. Ask staff.") % type)


def give(
    member: Member, terms: Terms, found: tuple[Lack, ...], by: Member, now: datetime
) -> Certification:
    """Write it, unless one of the lacks that were `found` stands; the caller holds the lock."""
    remark = _remark(member, terms, by, now)
    lasts, awake = terms.type.valid_days, terms.type.disuse_days
    given = Certification.objects.create(
        member=member,
        type=terms.type,
        level=terms.level,
        given_by=by,
        given_at=now,
        until=terms.until or (now + timedelta(days=lasts) if lasts else None),
        idle_until=now + timedelta(days=awake) if awake else None,
        note=" ".join(filter(None, [terms.note, remark]))[:NOTE],
        set_aside=_set_aside(found, terms.set_aside, by),
    )
    _tell(given, by, now)
    return given


def _remark(member: Member, terms: Terms, by: Member, now: datetime) -> str:
    """What the note adds: that a guardian gave it, for want of anybody else who may."""
    if by == member:
        raise Uncertifiable(_("Nobody certifies themselves. Ask another certifier."))
    may_favour(by, member, terms.type, now)
    if by.pk == member.guardian_id:
        return _("Given by the guardian: nobody else here may give it.")
    return ""


def may_favour(by: Member, member: Member, type: CertificationType, now: datetime) -> None:
    """Raises Uncertifiable for a guardian of the member, where somebody else may do it."""
    if by.pk == member.guardian_id and _others_may(member, type, by, now):
        words = _("You are the guardian of %s. Ask another certifier, or staff.")
        raise Uncertifiable(words % member.name)


def _others_may(member: Member, type: CertificationType, by: Member, now: datetime) -> bool:
    certifiers = Certification.objects.certifying(now).filter(type=type)
    staff = Role.objects.filter(kind__in=STAFF)
    may = Q(pk__in=certifiers.values("member")) | Q(pk__in=staff.values("member"))
    people = Member.objects.filter(may, is_active=True)
    return people.exclude(pk__in=[by.pk, member.pk]).exists()


def _set_aside(found: Iterable[Lack], reason: str, by: Member) -> str:
    """The reason, where there is something to set aside and nothing besides."""
    standing = tuple(found)
    if reason and sees_all_types(by):
        standing = tuple(lack for lack in standing if lack.kind not in WAIVED)
    elif reason and standing:
        words = _("Only staff set aside what is lacking. Ask them.")
        raise Uncertifiable(" ".join([*map(lack_words, standing), words]), standing)
    if standing:
        raise Uncertifiable(" ".join(map(lack_words, standing)), standing)
    return reason if found else ""


def _tell(given: Certification, by: Member, now: datetime) -> None:
    until = given.until.isoformat() if given.until else None
    after: dict[str, object] = {"type": given.type.slug, "level": int(given.level), "until": until}
    if given.set_aside:
        after["set_aside"] = given.set_aside
    record(actor=by, verb="certify", subject=given, at=now, after=after, on_behalf_of=given.member)
    post(
        to=given.member,
        kind="certification-given",
        key=f"certification-given-{given.pk}",
        context={"certification": given.type.name, "by": by.name, "until": until},
        at=now,
    )


@transaction.atomic
def revoke_certification(
    *,
    certification: Certification,
    by: Member,
    why: str,
    now: datetime,
    mode: str = Mode.STOP,
) -> Certification:
    """Take it back; a session that stands on it ends by `mode`. Twice is once.

    Raises Uncertifiable for one's own, and for one who may not give it.
    """
    may_judge(by, certification.member, certification.type, now)
    certification = Certification.objects.select_for_update().get(pk=certification.pk)
    if certification.revoked_at is not None:
        return certification
    certification.revoked_at = now
    certification.revoked_by = by
    certification.revoked_why = why
    certification.revoked_mode = mode
    certification.save(update_fields=["revoked_at", "revoked_by", "revoked_why", "revoked_mode"])
    member = certification.member
    record(
        actor=by,
        verb="revoke_certification",
        subject=certification,
        at=now,
        after={"why": why, "mode": str(mode)},
        on_behalf_of=member,
    )
    post(
        to=member,
        kind="certification-revoked",
        key=f"certification-revoked-{certification.pk}",
        context={"certification": certification.type.name, "by": by.name, "why": why},
        at=now,
    )
    AccessEpoch.bump()
    return certification
