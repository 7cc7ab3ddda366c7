"""What stands on a member's home page: the next booking, what expires, what is missing."""

from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from bookings.disrupted import asked_of, cause_of
from bookings.models import Booking, Disruption
from bookings.permissions import hand_overs_of
from bookings.rules.hours import Hours
from desk import queries
from desk.board import may_use
from desk.certifications import certifications_of
from desk.context import opening_words
from desk.items import item_of
from desk.links import board_url, book_url, booking_url
from desk.next_booking import next_booking
from desk.path import gaps_of, personal_reasons
from desk.refused import refused_tap
from desk.states import State, states_of
from desk.when import clock, day_name, moment_words, span_words
from equipment.eligibility import Facts
from equipment.models import Machine
from members.models import Member, Space

MOST_MACHINES = 8  # of those one may use; the rest is one click away


def home_page(member: Member, space: Space, hours: Hours, now: datetime) -> dict[str, Any]:
    """The template's context, in a fixed number of queries."""
    zone = space.tz
    machines = queries.machines_in(space)
    today = now.astimezone(zone).date()
    known = queries.known_of(member, machines, today, today, now)
    facts = {machine.pk: known.judge(machine) for machine in machines}
    coming = list(queries.coming_bookings(member, now)[:5])
    states = states_of([*machines, *(booking.machine for booking in coming)], now, zone)
    mine = [booking for booking in coming if booking.state != Booking.State.OFFERED]
    gaps = gaps_of(member, machines, facts, now, zone)
    return {
        "greeting": greeting(member, now.astimezone(zone)),
        "line": page_line(space, hours, now),
        "offers": [*offers_of(coming, zone, now), *proposals_to(member, now)],
        "notices": [
            *to_choose(member, now),
            *personal_reasons(facts.values(), now, zone),
            *refused_tap(member, machines, gaps, now),
        ],
        "next": next_booking(mine[0], states, facts, now) if mine else None,
        "later": [later_booking(booking, now) for booking in mine[1:]],
        "machines": open_machines(machines, facts, states, now, space),
        "gaps": gaps,
        "certifications": certifications_of(member, now, zone),
        "again": again(member, coming, now),
    }


def greeting(member: Member, local: datetime) -> str:
    first = member.name.split()[0] if member.name.split() else member.name
    if local.hour < 12:
        return _("Good morning, %s") % first
    if local.hour < 18:
        return _("Good afternoon, %s") % first
    return _("Good evening, %s") % first


def page_line(space: Space, hours: Hours, now: datetime) -> str:
    local = now.astimezone(space.tz)
    return _("%(day)s, %(time)s. %(space)s: %(hours)s.") % {
        "day": day_name(local.date()),
        "time": clock(now, space.tz),
        "space": space.name,
        "hours": opening_words(space, hours, now),
    }


# --- bookings ------------------------------------------------------------------------------------


def offers_of(coming: Iterable[Booking], zone: tzinfo, now: datetime) -> list[dict[str, str]]:
    """Offers stand above all else, because they expire."""
    return [
        {
            "title": _("%(machine)s is offered to you, %(when)s.")
            % {
                "machine": offer.machine.name,
                "when": span_words(offer.starts, offer.ends, now, zone),
            },
            "text": _("Answer by %s, then it goes to the next person.")
            % moment_words(offer.lapses_at, now, zone)
            if offer.lapses_at
            else "",
            "url": booking_url("detail", offer.public_id),
        }
        for offer in coming
        if offer.state == Booking.State.OFFERED
    ]


def proposals_to(member: Member, now: datetime) -> list[dict[str, str]]:
    """What others would hand over, each in the clock of its machine."""
    return [
        {
            "title": _("%(name)s would hand over %(machine)s to you, %(when)s.")
            % {
                "name": row.booking.member.name,
                "machine": row.booking.machine.name,
                "when": span_words(
                    row.booking.starts, row.booking.ends, now, row.booking.machine.space.tz
                ),
            },
            "text": _("Nothing changes before you accept."),
            "url": reverse("bookings:hand_over_detail", args=[row.public_id]),
        }
        for row in hand_overs_of(member, now)
    ]


def to_choose(member: Member, now: datetime) -> list[dict[str, str]]:
    """Bookings of theirs that have to make way, each until they have said what to do instead."""
    return [
        {
            "text": cause_of(row),
            "remedy": _at_stake(row)
            % span_words(row.booking.starts, row.booking.ends, now, row.booking.machine.space.tz),
            "remedy_url": reverse("bookings:disruption_show", args=[row.public_id]),
            "remedy_label": _("Choose instead"),
        }
        for row in asked_of(member)
    ]


def _at_stake(row: Disruption) -> str:
    if row.is_personal:
        return _("Your booking %s goes to others if nothing changes.")
    return _("Your booking %s has to make way.")


def later_booking(booking: Booking, now: datetime) -> dict[str, str]:
    zone = booking.machine.space.tz
    return {
        "machine": booking.machine.name,
        "when": span_words(booking.starts, booking.ends, now, zone),
        "url": booking_url("detail", booking.public_id),
    }


def again(member: Member, coming: list[Booking], now: datetime) -> list[dict[str, str]]:
    """The member's last machines at the same local hour, in the first week not booked yet."""
    suggestions: dict[int, dict[str, str]] = {}
    for booking in queries.recent_bookings(member, now, most=6):
        if booking.machine_id in suggestions or booking.machine.retired_at is not None:
            continue
        zone = booking.machine.space.tz
        own = {mine.starts for mine in coming if mine.machine_id == booking.machine_id}
        starts = week_on(booking.starts, now, zone)
        while starts in own:
            starts = week_on(starts, starts, zone)
        took = booking.ends - booking.starts
        when = span_words(starts, starts + took, now, zone)
        suggestions[booking.machine_id] = {
            "machine": booking.machine.name,
            "when": when,
            "url": book_url(booking.machine.slug, starts, took),
            "label": _("Book %(machine)s again, %(when)s")
            % {"machine": booking.machine.name, "when": when},
        }
    return list(suggestions.values())[:2]


def week_on(starts: datetime, now: datetime, zone: tzinfo) -> datetime:
    """The first same weekday and wall-clock time after `now`."""
    wall = starts.astimezone(zone).replace(tzinfo=None)
    while wall.replace(tzinfo=zone) <= now:
        wall += timedelta(days=7)
    return wall.replace(tzinfo=zone)


# --- machines ------------------------------------------------------------------------------------


def open_machines(
    machines: list[Machine],
    facts: dict[int, Facts],
    states: dict[int, State],
    now: datetime,
    space: Space,
) -> dict[str, Any]:
    """Those one may use, free ones first; a lockout does not hide a machine, it explains it."""
    mine = [machine for machine in machines if may_use(facts[machine.pk], now)]
    starts = queries.next_starts([machine.pk for machine in mine], now)
    mine.sort(key=lambda machine: not states[machine.pk].is_free)
    return {
        "title": _("Machines you may use"),
        "all": _("All %d") % len(machines),
        "all_url": board_url(space.slug),
        "list": [
            item_of(machine, states[machine.pk], starts.get(machine.pk), now)
            for machine in mine[:MOST_MACHINES]
        ],
    }
