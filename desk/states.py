"""What each machine is doing now, as icon, word and sentence; for many machines in four queries.

It shows what devices last said. A display, never a fact to decide by.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from django.db import connection
from django.utils.translation import gettext as _

from access.models import Device, Session
from access.sessions import told_until
from bookings.models import Booking
from desk.when import clock
from equipment.models import Lockout, Machine

BUSY = ("running", "armed", "grace")  # states of a device in which somebody is at work

# As _state has it, in one look.
NOT_FREE = """
SELECT machine_id FROM equipment_lockout WHERE cleared_at IS NULL AND machine_id IN ({machines})
UNION SELECT machine_id FROM access_device WHERE machine_id IN ({machines}) AND is_interlock
    AND revoked_at IS NULL AND (NOT online OR state IN ({states}))
UNION SELECT machine_id FROM bookings_booking WHERE machine_id IN ({machines})
    AND blocked_until > %s AND starts <= %s AND holds AND (lapses_at IS NULL OR lapses_at > %s)"""


@dataclass(frozen=True, slots=True)
class State:
    """`kind` is one of markup.STATES; `sentence` stands alone."""

    kind: str
    word: str
    sentence: str
    booking: Booking | None = None  # the claim that covers this moment
    session: Session | None = None  # who it is unlocked for
    is_free: bool = False


def states_of(
    machines: Iterable[Machine], now: datetime, zone: tzinfo, *, named: bool = True
) -> dict[int, State]:
    """State per machine id. Not `named`: for strangers, who see that it is in use, not by whom."""
    machines = list(machines)
    ids = [machine.pk for machine in machines]
    devices = {device.machine_id: device for device in interlocks(ids)}
    sessions = {session.machine_id: session for session in open_sessions(ids)}
    lockouts = {lockout.machine_id: lockout for lockout in standing_lockouts(ids)}
    claims = {claim.machine_id: claim for claim in current_claims(ids, now)}
    states = {
        machine.pk: _state(
            machine,
            lockouts.get(machine.pk),
            devices.get(machine.pk),
            sessions.get(machine.pk),
            claims.get(machine.pk),
            now,
            zone,
        )
        for machine in machines
    }
    return states if named else {pk: _nameless(state) for pk, state in states.items()}


def busy_now(machine_ids: list[int], now: datetime) -> set[int]:
    """Those whose state is anything but free; one statement, for pages that only count them."""
    marks = ", ".join(["%s"] * len(machine_ids)) or "0"
    at = connection.ops.adapt_datetimefield_value(now)
    not_free = ("fault", *BUSY)
    with connection.cursor() as cursor:
        cursor.execute(
            NOT_FREE.format(machines=marks, states=", ".join(["%s"] * len(not_free))),
            [*machine_ids, *machine_ids, *not_free, *machine_ids, at, at, at],
        )
        return {machine_id for (machine_id,) in cursor.fetchall()}


def _nameless(state: State) -> State:
    if state.booking is None and state.session is None:
        return state
    return replace(state, sentence=state.word)


def interlocks(machine_ids: list[int]) -> Iterable[Device]:
    return Device.objects.filter(machine__in=machine_ids, is_interlock=True, revoked_at=None)


def open_sessions(machine_ids: list[int]) -> Iterable[Session]:
    rows = Session.objects.filter(machine__in=machine_ids).exclude(state=Session.State.ENDED)
    return rows.select_related("member", "booking")


def standing_lockouts(machine_ids: list[int]) -> Iterable[Lockout]:
    rows = Lockout.objects.filter(machine__in=machine_ids, cleared_at=None)
    return rows.select_related("placed_by").order_by("since")


def current_claims(machine_ids: list[int], now: datetime) -> Iterable[Booking]:
    """Claims whose blocked range covers `now`; what lapsed by now is none, worker or not."""
    rows = Booking.objects.standing(now).filter(
        machine__in=machine_ids, starts__lte=now, blocked_until__gt=now
    )
    return rows.select_related("member")


def _state(
    machine: Machine,
    lockout: Lockout | None,
    device: Device | None,
    session: Session | None,
    claim: Booking | None,
    now: datetime,
    zone: tzinfo,
) -> State:
    if machine.retired_at is not None and machine.retired_at <= now:
        return State("lockout", _("Retired"), _("%s is out of use for good.") % machine)
    if lockout is not None:
        return State("lockout", _("Locked out"), _("Locked out: %s") % lockout.why, claim, session)
    if device is not None and not device.online:
        return State("offline", _("Not answering"), _("Its interlock is silent."), claim, session)
    if device is not None and device.state == "fault":
        return State("fault", _("Fault"), device.fault or _("Its interlock reports a fault."))
    if device is not None and device.state in BUSY:
        return _busy(device, session, claim, now, zone)
    return _quiet(machine, claim, now, zone)


def _busy(
    device: Device, session: Session | None, claim: Booking | None, now: datetime, zone: tzinfo
) -> State:
    word = {"running": _("Running"), "armed": _("Armed"), "grace": _("Finishing")}[device.state]
    if session is None:
        return State(device.state, word, word, claim)
    who = {"who": session.member.short_name, "until": clock(told_until(session, now), zone)}
    sentence = {
        "running": _("Running for %(who)s until %(until)s"),
        "armed": _("Unlocked for %(who)s until %(until)s"),
        "grace": _("The job of %(who)s is finishing"),
    }[device.state]
    return State(device.state, word, sentence % who, claim, session)


def _quiet(machine: Machine, claim: Booking | None, now: datetime, zone: tzinfo) -> State:
    """Nobody is at work by what the device says, or there is no device to say it."""
    if claim is None:
        return State("free", _("Free"), _("Free now"), is_free=True)
    until = {"who": claim.member.short_name, "until": clock(claim.ends, zone)}
    if claim.ends <= now:
        until["until"] = clock(claim.blocked_until, zone)
        return State("locked", _("Buffer"), _("Kept free until %(until)s") % until, claim)
    if claim.state == Booking.State.RUNNING and not machine.has_interlock:
        return State("running", _("In use"), _("%(who)s is at it until %(until)s") % until, claim)
    return State("locked", _("Booked"), _("Booked by %(who)s until %(until)s") % until, claim)
