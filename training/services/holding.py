"""Who was there and who passed; each person in a transaction of their own, with what it gives."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from bookings.errors import Refused
from equipment.reason import Reason
from equipment.services import Uncertifiable, certify
from members.models import Member
from training.models import Attendee, Induction
from training.services import history

State, Outcome = Attendee.State, Attendee.Outcome


@dataclass(frozen=True, slots=True)
class Mark:
    """How it went for one person."""

    state: str
    outcome: str = Outcome.NONE
    note: str = ""


PRESENT = Mark(State.ATTENDED)


@transaction.atomic
def mark(*, attendee: Attendee, mark: Mark, by: Member, now: datetime) -> Attendee:
    """Write it down, and certify whoever passed. The same mark twice is once.

    Where a certification was taken back by hand the same mark gives none again: a page saved once
    more must not. Another mark is taken then, and from that on passing certifies anew.
    Raises Refused before it begins, and where a certification that stands would be left behind.
    """
    induction = history.locked(attendee.induction)
    attendee = induction.attendees.select_related("member", "certification").get(pk=attendee.pk)
    attendee.induction = induction
    if (attendee.state, attendee.outcome, attendee.note) == (mark.state, mark.outcome, mark.note):
        return attendee
    _may_mark(attendee, induction, mark, now)
    if mark.outcome != Outcome.PASSED:
        attendee.certification = None  # taken back, else it may not be marked so
    attendee.state, attendee.outcome, attendee.note = mark.state, mark.outcome, mark.note
    attendee.answered_at = now
    if mark.outcome == Outcome.PASSED and attendee.certification is None:
        _certify(attendee, by, now)
    attendee.save(update_fields=["state", "outcome", "note", "answered_at", "certification"])
    history.log_of(attendee, "mark", by=by, now=now, outcome=mark.outcome, note=mark.note)
    return attendee


def mark_everybody(*, induction: Induction, by: Member, now: datetime) -> int:
    """Everybody who is not marked yet is present; how many that were."""
    unmarked = induction.attendees.filter(state=State.SIGNED_UP).select_related("induction")
    marked = [mark(attendee=attendee, mark=PRESENT, by=by, now=now) for attendee in unmarked]
    return len(marked)


@transaction.atomic
def finish(*, induction: Induction, by: Member, now: datetime) -> Induction:
    """Close it, once everybody is marked. Twice is once."""
    induction = history.locked(induction)
    if induction.state == Induction.State.HELD:
        return induction
    _has_begun(induction, now)
    open_still = induction.attendees.filter(state=State.SIGNED_UP).select_related("member")
    if names := ", ".join(attendee.member.name for attendee in open_still):
        raise Refused(Reason("not-marked", {"names": names}))
    induction.state, induction.ended_at = Induction.State.HELD, now
    induction.save(update_fields=["state", "ended_at"])
    passed = induction.attendees.filter(outcome=Outcome.PASSED).count()
    history.log(induction, "finish_induction", by=by, now=now, passed=passed)
    return induction


def _may_mark(attendee: Attendee, induction: Induction, mark: Mark, now: datetime) -> None:
    _has_begun(induction, now)
    if attendee.state not in Attendee.SEATED:
        raise Refused(Reason("not-seated", {"name": attendee.member.name}))
    if attendee.has_certification and mark.outcome != Outcome.PASSED:
        raise Refused(Reason("passed-already", {"name": attendee.member.name}))


def _has_begun(induction: Induction, now: datetime) -> None:
    if induction.state == Induction.State.CANCELLED:
        raise Refused(Reason("induction-off"))
    if now < induction.starts:
        raise Refused(Reason("not-begun", {"starts": induction.starts}))


def _certify(attendee: Attendee, by: Member, now: datetime) -> None:
    induction = attendee.induction
    try:
        attendee.certification = certify(
            member=attendee.member,
            type=induction.type,
            by=by,
            now=now,
            level=induction.level,
            note=induction.title,
        )
    except Uncertifiable as error:
        params = {"name": attendee.member.name, "why": str(error)}
        raise Refused(Reason("not-certifiable", params)) from error
