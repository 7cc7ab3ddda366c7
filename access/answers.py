"""What a tap would answer now, for pages; the same facts and the same decision. Changes nothing."""

from dataclasses import replace
from datetime import datetime, timedelta

from access import facts
from access.decision import Claim, Decision, Denial, Grant, decide
from access.records import Bench
from access.sessions import CLOSING, FAULT, GRACE, Session
from bookings.facts import facts_for
from bookings.rules import Slot, walk_up_refusals
from bookings.rules.gaps import walk_up_slot
from equipment.models import Machine
from equipment.reason import Reason
from members.models import Member


def would_answer(*, member: Member, machine: Machine, now: datetime) -> Decision:
    """A grant (booking_id None: the tap itself would book it), or every reason why not.

    `machine` comes with its tool class and space, or costs a query for each.
    """
    (bench,) = facts.benches([machine.pk])
    place = facts.place_of(machine.pk)
    holder = place.session.member_id if place.session is not None else member.pk
    known = facts.know({member.pk, holder}, [bench], now)
    interlock = place.interlock.state if place.interlock is not None else ""
    if interlock == FAULT:
        return Denial((Reason("fault", {"machine": bench.name}),))
    if place.session is not None and holder != member.pk:
        name = known.people[holder].short_name
        return _occupied(place.session, bench, interlock, name, now)
    decision = decide(known.facts(member.pk, bench), now)
    if isinstance(decision, Denial) and decision.is_unclaimed() and bench.walk_up:
        return _walk_up(known, bench, member, machine, now)
    return decision


def _occupied(session: Session, bench: Bench, st: str, holder: str, now: datetime) -> Denial:
    """Somebody is at it, or their job is finishing."""
    named = {"machine": bench.name, "machine_slug": bench.slug}
    if session.state == CLOSING or st == GRACE:
        longest = timedelta(seconds=bench.terms.fin or bench.terms.ttl)
        until = max(now, (session.closing_at or now) + longest)
        return Denial((Reason("machine-finishing", named | {"until": until}),))
    return Denial((Reason("in-use", named | {"until": session.until, "holder": holder}),))


def _walk_up(
    known: facts.Known, bench: Bench, member: Member, machine: Machine, now: datetime
) -> Decision:
    """What is left when the machine is free: as long a stretch as there is room for."""
    longest = Slot(now, now + timedelta(minutes=machine.tool_class.walk_up_minutes))
    asked = facts_for(member_id=member.pk, machine=machine, slot=longest, now=now)
    slot = walk_up_slot(asked, longest)
    if reasons := walk_up_refusals(asked, slot):
        return Denial(reasons)
    blocked_until = slot.ends + asked.policy.buffer
    known.add_claim(bench.id, Claim(0, member.pk, now, slot.ends, blocked_until))
    decision = decide(known.facts(member.pk, bench), now)
    return replace(decision, booking_id=None) if isinstance(decision, Grant) else decision
