"""One machine's page and the list of all: state, day, rules, and the way to it."""

from datetime import date, datetime, timedelta, tzinfo
from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.pages.standing import leaves_at
from bookings.availability import load_board
from bookings.disrupted import of_lockout
from bookings.models import Booking
from desk import queries
from desk.board import Asked, by_class, views_nav, week_of, week_words
from desk.items import item_of
from desk.lanes import Lane, Rows, slots_of
from desk.links import board_url, booking_url, sign_in_url, week_url
from desk.markup import items
from desk.path import lack_of, path_to
from desk.policy import rules_of, summary_of
from desk.ruler import DAY, day_ruler, week_rulers
from desk.states import State, standing_lockouts, states_of
from desk.verdict import actions_of, led_on, verdict_of
from desk.when import length, moment_words, relative_day, short_day, span, weekday
from equipment.eligibility import Facts
from equipment.forms.machines import FaultForm
from equipment.models import Lockout, Machine
from members.models import Member, Space
from members.permissions import is_caretaker, is_staff

MOST_NEXT = 5
MOST_SIBLINGS = 12


def machine_page(machine: Machine, member: Member | None, now: datetime) -> dict[str, Any]:
    """The template's context, in a fixed number of queries."""
    zone = machine.space.tz
    today = now.astimezone(zone).date()
    named = member is not None
    state = states_of([machine], now, zone, named=named)[machine.pk]
    known = queries.known_of(member, [machine], today, today, now)
    ruler = day_ruler(today, known.hours(machine.space_id), zone, now)
    board = load_board(
        member=member,
        machines=[machine],
        starts=ruler.starts,
        ends=ruler.ends,
        now=now,
        known=known,
    )
    cells = slots_of(machine, board.segments(machine), ruler, now, named)
    return {
        "machine": machine,
        "space": machine.space,
        "class_url": board_url(machine.space.slug, show=machine.tool_class.slug),
        "state": state,
        "lockouts": [lockout_words(row, now, zone) for row in standing_lockouts([machine.pk])],
        "ruler": ruler,
        "cells": items(cells),
        "drawing": f"desk/drawings/{machine.drawing}.html",
        "use": use_of(state, now, machine.space, named),
        "idle": idle_of(machine, state, now),
        "rules": rules_of(machine),
        "next": [
            next_words(row, member, now, zone) for row in queries.next_on(machine, now)[:MOST_NEXT]
        ],
        **_for_member(machine, state, member, known.judge(machine), now),
    }


def _for_member(
    machine: Machine, state: State, member: Member | None, facts: Facts, now: datetime
) -> dict[str, Any]:
    """What differs from person to person; strangers get the way to sign in and back."""
    if member is None:
        return {"sign_in_url": sign_in_url(f"/machines/{machine.slug}/")}
    can_mend = is_caretaker(member, machine.space)
    path = path_to(member, machine, facts, now)
    return {
        "verdict": led_on(verdict_of(machine, member, now), path),
        "actions": actions_of(machine, state, member, facts, now),
        "path": path,
        "fault_form": FaultForm(),
        "can_lock_out": can_mend,
        "leaves": leaves_at(machine, now) if can_mend and machine.has_interlock else (),
        "can_book_for": is_staff(member, machine.space),
    }


def lockout_words(lockout: Lockout, now: datetime, zone: tzinfo) -> dict[str, Any]:
    since = moment_words(lockout.since, now, zone)
    by = lockout.placed_by.name if lockout.placed_by else "Benchkey"
    text = _("Locked out by %(by)s, since %(since)s.") % {"by": by, "since": since}
    if lockout.expected_until is not None:
        back = lockout.expected_until.astimezone(zone).date()
        day = relative_day(back, now.astimezone(zone).date())
        expected = _("Expected back: %s.") % day
        text = f"{text} {expected}"
    title = f"{lockout.why.rstrip('.')}."
    # Asked for only where the page shows it: to those who can do something about it.
    return {"pk": lockout.pk, "title": title, "text": text, "hit": partial(hit_words, lockout)}


def hit_words(lockout: Lockout) -> str:
    """Whose bookings are in its way, and how many have chosen something else; "" for none."""
    hit, settled = of_lockout(lockout)
    if not hit:
        return ""
    told = {"hit": hit, "settled": settled}
    return ngettext("%(hit)d booking hit", "%(hit)d bookings hit", hit) % told + (
        ", " + _("%(settled)d settled") % told
    )


def use_of(state: State, now: datetime, space: Space, named: bool) -> dict[str, Any] | None:
    """Who is at it, and how much of their time has passed."""
    claim = state.booking
    if claim is None or not (state.session or claim.state == Booking.State.RUNNING):
        return None
    if claim.ends <= now and state.kind != "grace":
        return None
    passed = (now - claim.starts) / (claim.ends - claim.starts)
    percent = min(max(round(100 * passed), 0), 100)
    left = length(claim.ends - now) if claim.ends > now else ""
    return {
        "who": claim.member.short_name if named else _("In use"),
        "span": span(claim.starts, claim.ends, space.tz),
        "left": _("%s left") % left if left else _("time is up"),
        "percent": percent,
        "label": _("%d %% of this time has passed") % percent,
        "kind": "warn" if state.kind == "grace" else "ok",
    }


def idle_of(machine: Machine, state: State, now: datetime) -> dict[str, str]:
    """What stands under the drawing while nobody is at the machine."""
    starts = queries.next_starts([machine.pk], now).get(machine.pk)
    if starts is None:
        until = _("nobody has booked it")
    else:
        until = _("next: %s") % moment_words(starts, now, machine.space.tz)
    return {"title": state.sentence, "text": until}


def next_words(
    booking: Booking, member: Member | None, now: datetime, zone: tzinfo
) -> dict[str, Any]:
    day, today = booking.starts.astimezone(zone).date(), now.astimezone(zone).date()
    hours = span(booking.starts, booking.ends, zone)
    when = hours if day == today else f"{weekday(day)} {day.day}, {hours}"
    is_mine = member is not None and booking.member_id == member.pk
    if not is_mine:
        return {"when": when, "who": booking.member.short_name if member else _("Booked")}
    who = _("You, %s") % booking.note if booking.note else _("You")
    url = booking_url("detail", booking.public_id)
    return {"when": when, "who": who, "url": url, "mine": True}


# --- a week of one machine -----------------------------------------------------------------------


def week_page(machine: Machine, member: Member | None, day: date, now: datetime) -> dict[str, Any]:
    """Days as rows, hours as columns; one read for the whole week."""
    zone = machine.space.tz
    today = now.astimezone(zone).date()
    days = week_of(day, today)
    known = queries.known_of(member, [machine], days[0], days[-1], now)
    rulers = week_rulers(days, known.hours(machine.space_id), zone, now)
    board = load_board(
        member=member,
        machines=[machine],
        starts=rulers[0].starts,
        ends=rulers[-1].ends,
        now=now,
        known=known,
    )
    rows = Rows(rulers[0], now, named=member is not None)
    lanes = [
        Lane(
            anchor=f"d-{one.isoformat()}",
            url=board_url(machine.space.slug, one),
            name=_("Today") if one == today else f"{weekday(one)} {short_day(one)}",
            slots=rows.slots(machine, board.segments(machine, ruler.starts, ruler.ends), ruler),
        )
        for one, ruler in zip(days, rulers, strict=True)
    ]
    return {
        "machine": machine,
        "space": machine.space,
        "views": views_nav(Asked(machine.space, day), [machine], machine),
        "siblings": [
            {"url": week_url(slug, day), "word": name, "current": slug == machine.slug}
            for slug, name in _siblings(machine)
        ],
        "heading": week_words(days),
        "ruler": rulers[0],
        "lanes": lanes,
        "is_this_week": today in days,
        "before_url": f"?day={(days[0] - timedelta(days=7)).isoformat()}",
        "this_url": f"?day={today.isoformat()}",
        "after_url": f"?day={(days[-1] + DAY).isoformat()}",
    }


def _siblings(machine: Machine) -> list[tuple[str, str]]:
    """Slug and name of its like; none where they are too many to stand side by side."""
    siblings = queries.siblings_of(machine, MOST_SIBLINGS + 1)
    return siblings if len(siblings) <= MOST_SIBLINGS else []


# --- all of them ---------------------------------------------------------------------------------


def machines_page(space: Space, member: Member | None, now: datetime) -> dict[str, Any]:
    """Every machine of a space, under its tool class, with what `member` lacks for it."""
    machines = queries.machines_in(space)
    today = now.astimezone(space.tz).date()
    known = queries.known_of(member, machines, today, today, now)
    lacking = {
        machine.pk: lack_of(known.judge(machine), now, space.tz) if member else ""
        for machine in machines
    }
    states = states_of(machines, now, space.tz, named=member is not None)
    starts = queries.next_starts([machine.pk for machine in machines], now)
    free = sum(state.is_free for state in states.values())
    return {
        "space": space,
        "intro": _("%(all)d machines at %(space)s, %(free)d free now.")
        % {"all": len(machines), "space": space.name, "free": free},
        "board_url": board_url(space.slug),
        "bays": [
            {
                "name": kind.name,
                "slug": kind.slug,
                "summary": summary_of(kind),
                "machines": [
                    item_of(
                        machine,
                        states[machine.pk],
                        starts.get(machine.pk),
                        now,
                        lacking[machine.pk],
                    )
                    for machine in group
                ],
            }
            for kind, group in by_class(machines)
        ],
    }
