"""The one large thing on a member's home: the next booking, counted down. Words and links only."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Any

from django.utils.translation import gettext as _

from bookings.models import Booking
from desk.items import Action
from desk.links import booking_url, machine_url
from desk.states import State
from desk.when import clock, countdown, day_name, moment_words, span_words
from equipment.eligibility import Facts, missing
from equipment.words import tell

# What the rule under the count-down spans: the smallest of these that the wait fits into.
SCALES = (timedelta(hours=1), timedelta(days=1), timedelta(days=7))


@dataclass(frozen=True, slots=True)
class NextBooking:
    """The one large blue thing of the page."""

    lead: str
    machine: str
    machine_url: str
    when: str
    note: str
    text: str
    count: str = ""
    unit: str = ""
    percent: int = 0
    rule_label: str = ""
    rule_from: str = ""
    rule_to: str = ""
    actions: list[Action] = field(default_factory=list)


def next_booking(
    booking: Booking, states: dict[int, State], facts: dict[int, Facts], now: datetime
) -> NextBooking:
    zone = booking.machine.space.tz
    has_begun = booking.starts <= now
    count, unit = countdown((booking.ends if has_begun else booking.starts) - now)
    return NextBooking(
        lead=_("Yours now") if has_begun else _("Your next booking"),
        machine=booking.machine.name,
        machine_url=machine_url(booking.machine.slug),
        when=span_words(booking.starts, booking.ends, now, zone),
        note=booking.note,
        text=next_step(booking, states[booking.machine_id], facts.get(booking.machine_id), now),
        count=count,
        unit=_("min left") if has_begun and unit == _("min to go") else unit,
        actions=actions_of(booking, now),
        **rule_under(booking, now, zone),
    )


def rule_under(booking: Booking, now: datetime, zone: tzinfo) -> dict[str, Any]:
    """How far the last hour, day or week before the start has passed, or the booking itself."""
    if booking.starts <= now:
        starts, ends, label = booking.starts, booking.ends, _("%d %% of your time has passed")
    else:
        scale = next((scale for scale in SCALES if booking.starts - now <= scale), None)
        if scale is None:
            return {}
        starts, ends = booking.starts - scale, booking.starts
        label = _("%d %% of the wait has passed")
    percent = round(100 * (now - starts) / (ends - starts))
    return {
        "percent": percent,
        "rule_label": label % percent,
        "rule_from": moment_words(starts, now, zone),
        "rule_to": moment_words(ends, now, zone),
    }


def next_step(booking: Booking, state: State, facts: Facts | None, now: datetime) -> str:
    """What to know before one goes there: what would refuse the tap, else who is still at it."""
    zone = booking.machine.space.tz
    at = max(booking.starts, now)
    if facts is not None and (reasons := missing(facts, at)):
        told = tell(reasons[0], zone)
        return _("It will not unlock: %(text)s %(remedy)s") % {
            "text": told.text,
            "remedy": told.remedy,
        }
    claim = state.booking
    if claim is not None and claim.pk != booking.pk and claim.member_id != booking.member_id:
        before = {"who": claim.member.short_name, "until": clock(claim.ends, zone)}
        first = _("%(who)s has it until %(until)s.") % before
    else:
        first = ""
    return f"{first} {how_to_start(booking, now, zone)}".strip()


def how_to_start(booking: Booking, now: datetime, zone: tzinfo) -> str:
    if booking.state == Booking.State.REQUESTED:
        return _("Staff look at it first; it unlocks once they have approved it.")
    if booking.state == Booking.State.RUNNING:
        return _("You are checked in. Extend while it is free, or finish and give the rest back.")
    if not booking.machine.has_interlock:
        return _("Check in on the machine's page when you start.")
    if booking.starts <= now:
        return _("Tap your badge and it unlocks.")
    at, day = clock(booking.starts, zone), booking.starts.astimezone(zone).date()
    if day == now.astimezone(zone).date():
        return _("Tap your badge at %s and it unlocks.") % at
    told = {"day": day_name(day), "time": at}
    return _("Tap your badge on %(day)s at %(time)s and it unlocks.") % told


def actions_of(booking: Booking, now: datetime) -> list[Action]:
    """What one may do to a booking from here; each is a page of its own with the last word."""
    is_running = booking.state == Booking.State.RUNNING
    has_begun = booking.starts <= now
    actions = []
    if booking.state == Booking.State.REQUESTED:
        return _request_actions(booking)
    if has_begun and not is_running and not booking.machine.has_interlock:
        actions.append(Action(_("Check in"), booking_url("check_in", booking.public_id), post=True))
    if not has_begun:
        actions.append(Action(_("Move"), booking_url("move", booking.public_id)))
    actions.append(Action(_("Extend"), booking_url("extend", booking.public_id)))
    if has_begun or is_running:
        actions.append(Action(_("Finish"), booking_url("finish", booking.public_id), post=True))
    else:
        actions.append(Action(_("Give back"), booking_url("cancel", booking.public_id)))
    return actions


def _request_actions(booking: Booking) -> list[Action]:
    return [
        Action(_("Move"), booking_url("move", booking.public_id)),
        Action(_("Give back"), booking_url("cancel", booking.public_id)),
    ]
