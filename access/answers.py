"""What a tap would answer now, for pages and for taps; the same facts and the same decision.

Changes nothing. Where a PIN is asked for, the page answers as to a tap with the right one.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from access import facts, running
from access.decision import (
    NEEDS_SUPERVISOR,
    Claim,
    Decision,
    Denial,
    Facts,
    Grant,
    decide,
    hosts,
    wants_supervisor,
)
from access.pins import shut, wrong_pins
from access.records import Bench
from access.sessions import ARMED, CLOSING, FAULT, GRACE, Session, told_until
from access.watch import LOST
from bookings.facts import facts_for
from bookings.rules import Slot, walk_up_refusals
from bookings.rules.gaps import walk_up_slot
from equipment.models import Machine, ToolClass
from equipment.reason import Reason
from members.models import Member


def would_answer(*, member: Member, machine: Machine, now: datetime) -> Decision:
    """A grant (booking_id None: the tap itself would book it), or every reason why not.

    `machine` comes with its tool class and space, or costs a query for each.
    """
    (bench,) = facts.benches([machine.pk])
    place = facts.place_of(machine.pk)
    session = place.session
    known = facts.know({member.pk, *_people(session)}, [bench], now)
    if place.interlock is None:  # nobody taps here
        bench = replace(bench, two_person=False, supervised=False, least_credential="badge")
    interlock = place.interlock.state if place.interlock is not None else ""
    if interlock == FAULT:
        return Denial((Reason("fault", {"machine": bench.name}),))
    if session is not None and not session.is_of(member.pk):
        met = _taken(known, bench, session, member.pk, interlock, now)
        return _with_pin(met if isinstance(met, Grant) else Denial((met,)), bench, member, now)
    if session is not None:
        return decide(known.facts_of(session, bench), now)
    decision = considered(known, bench, known.facts(member.pk, bench), now)
    if isinstance(decision, Denial) and decision.is_unclaimed() and bench.walk_up:
        decision = would_walk_up(known, bench, member.pk, now)
    return _with_pin(decision, bench, member, now)


def considered(known: facts.Known, bench: Bench, asked: Facts, now: datetime) -> Decision:
    """The decision; where somebody who may certify is all that lacks, that is said first."""
    decision = decide(asked, now)
    if isinstance(decision, Denial) and _lacks_supervisor(known, bench, asked, decision, now):
        reason = Reason(NEEDS_SUPERVISOR, {"machine": bench.name})
        return replace(decision, reasons=(reason, *decision.reasons))
    return decision


def occupied(
    known: facts.Known, bench: Bench, session: Session, asked: Facts, now: datetime
) -> Reason:
    """Somebody is at it. Whoever may supervise and tapped too early is told who taps first."""
    holder = known.people[session.member_id].short_name
    named = {"machine": bench.name, "machine_slug": bench.slug, "holder": holder}
    host = known.companion(session.member_id, bench, supervises=True)
    is_alone = session.companion_id is None
    if is_alone and wants_supervisor(asked, now, [host]):
        return Reason("trainee-first", named)
    return Reason("in-use", named | {"until": told_until(session, now)})


def would_walk_up(known: facts.Known, bench: Bench, member_id: int, now: datetime) -> Decision:
    """What is left when the machine is free: as long a stretch as there is room for."""
    machine = Machine.objects.select_related("tool_class__requires", "space").get(pk=bench.id)
    longest = Slot(now, now + timedelta(minutes=machine.tool_class.walk_up_minutes))
    asked = facts_for(member_id=member_id, machine=machine, slot=longest, now=now)
    slot = walk_up_slot(asked, longest)
    if reasons := walk_up_refusals(asked, slot):
        return Denial(reasons)
    claim = Claim(0, member_id, now, slot.ends, slot.ends + asked.policy.buffer)
    booked = known.facts(member_id, bench)
    decision = decide(replace(booked, claims=(*booked.claims, claim)), now)
    return replace(decision, booking_id=None) if isinstance(decision, Grant) else decision


def _people(session: Session | None) -> list[int]:
    """Who is at it."""
    both = (session.member_id, session.companion_id) if session else ()
    return [one for one in both if one is not None]


def met_by_other(
    known: facts.Known, bench: Bench, session: Session, asked: Facts, st: str, now: datetime
) -> Reason | Grant:
    """Taken, finishing, or left on; a grant, where a tap takes it over. `st` is what runs there."""
    since = running.left_on_since(session, known.claims_of(bench.id), now)
    decision = decide(asked, now) if since is not None else None
    if since is None or bench.take_over is None or not isinstance(decision, Grant):
        return occupied(known, bench, session, asked, now)
    if not session.run_ma:
        return occupied(known, bench, session, asked, now)
    holder = known.people[session.member_id].short_name
    named = {"machine": bench.name, "machine_slug": bench.slug, "holder": holder}
    if st != ARMED:
        latest = session.until + timedelta(seconds=bench.terms.fin)
        return Reason("machine-finishing", named | {"until": latest})
    if now < since + bench.take_over:
        return Reason("left-on", named | {"until": since + bench.take_over})
    return decision


def _taken(
    known: facts.Known, bench: Bench, session: Session, member_id: int, st: str, now: datetime
) -> Reason | Grant:
    """Somebody is at it, or their job is finishing."""
    if session.state == CLOSING or st == GRACE:
        return finishing(bench, session, now)
    return met_by_other(known, bench, session, known.facts(member_id, bench), st, now)


def finishing(bench: Bench, session: Session, now: datetime) -> Reason:
    """Not free yet, and until when at the latest. What is revoked is not believed that it let go,
    so that machine waits until the last lease has run out.
    """
    is_revoked = session.closing_code == "device-revoked"
    fin, ttl = bench.terms.fin, bench.terms.ttl
    longest = timedelta(seconds=LOST + fin if is_revoked else fin or ttl)
    until = max(now, (session.closing_at or now) + longest)
    named = {"machine": bench.name, "machine_slug": bench.slug, "until": until}
    return Reason("interlock-revoked" if is_revoked else "machine-finishing", named)


def _lacks_supervisor(
    known: facts.Known, bench: Bench, asked: Facts, denial: Denial, now: datetime
) -> bool:
    if all(reason.code != "level-too-low" for reason in denial.reasons):
        return False
    if wants_supervisor(asked, now):
        return True
    others = hosts(asked, now)
    known.learn(others)
    hosting = [known.companion(other, bench, supervises=True) for other in others]
    return wants_supervisor(asked, now, hosting)


def _with_pin(decision: Decision, bench: Bench, member: Member, now: datetime) -> Decision:
    """A yes, or a wait for another, stands only for who has a PIN, where one is asked for."""
    if bench.least_credential != ToolClass.Credential.PIN:
        return decision
    if isinstance(decision, Denial) and not decision.awaits_another():
        return decision
    reason = shut(member, wrong_pins(member.pk, now))
    return decision if reason is None else Denial((reason,))
