"""The board: which machines over which days, for whom; composes, judges nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.availability import Board, load_board
from bookings.rules.hours import Hours
from bookings.segments import Segment
from desk import queries
from desk.lanes import Lane, lane_of
from desk.links import board_url, machine_url
from desk.policy import summary_of
from desk.ruler import DAY, day_ruler, midnight
from desk.states import State, states_of
from desk.when import bare_day, day_name, length, short_day, weekday
from equipment import eligibility
from equipment.models import Machine, ToolClass
from members.models import Member, Space

WEEK = 7


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of a board asks for; `show` is all, mine, free or a tool class's slug."""

    space: Space
    day: date
    view: str = "day"
    show: str = "all"

    def url(self, **changes: Any) -> str:
        """The same board with something else about it; what is usual stays out of the address."""
        values = {"day": self.day, "view": self.view, "show": self.show, **changes}
        return board_url(
            space=values.get("space", self.space.slug),
            day=values["day"],
            view=values["view"] if values["view"] != "day" else "",
            show=values["show"] if values["show"] != "all" else "",
        )


@dataclass(frozen=True, slots=True)
class Bay:
    """One tool class with its machines."""

    name: str
    summary: str
    lanes: list[Lane]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the filters and badges need to know about every machine of the space."""

    machines: list[Machine]
    states: dict[int, State]
    mine: set[int]  # those the member may use
    hours: Hours


def facts_of(member: Member | None, space: Space, first: date, last: date, now: datetime) -> Facts:
    machines = queries.machines_in(space)
    known = queries.known_of(member, machines, first, last, now)
    return Facts(
        machines=machines,
        states=states_of(machines, now, space.tz),
        mine={machine.pk for machine in machines if may_use(known.judge(machine), now)},
        hours=known.hours(space.pk),
    )


def may_use(facts: eligibility.Facts, now: datetime) -> bool:
    """Whether only the machine's own trouble, if anything, keeps the member from it."""
    return all(reason.code == "locked-out" for reason in eligibility.missing(facts, now))


def chosen(asked: Asked, facts: Facts) -> list[Machine]:
    """The machines that pass the filter."""
    if asked.show == "all":
        return facts.machines
    if asked.show == "mine":
        return [machine for machine in facts.machines if machine.pk in facts.mine]
    if asked.show == "free":
        return [machine for machine in facts.machines if facts.states[machine.pk].is_free]
    return [machine for machine in facts.machines if machine.tool_class.slug == asked.show]


def day_page(asked: Asked, member: Member | None, now: datetime) -> dict[str, Any]:
    """The day view's context, in a fixed number of queries."""
    facts = facts_of(member, asked.space, asked.day, asked.day, now)
    machines = chosen(asked, facts)
    ruler = day_ruler(asked.day, facts.hours, asked.space.tz, now)
    board = load_board(
        member=member, machines=machines, starts=ruler.starts, ends=ruler.ends, now=now
    )
    lanes = {
        machine.pk: lane_of(
            machine,
            board.segments(machine),
            ruler,
            now,
            facts.states[machine.pk],
            member is not None,
        )
        for machine in machines
    }
    return {
        "space": asked.space,
        "heading": day_name(asked.day),
        "ruler": ruler,
        "bays": [
            Bay(kind.name, summary_of(kind), [lanes[machine.pk] for machine in group])
            for kind, group in by_class(machines)
        ],
        "shown": len(machines),
        "days": days_nav(asked, now),
        "views": views_nav(asked),
        "filters": filters_nav(asked, facts, member is not None),
    }


def by_class(machines: Iterable[Machine]) -> list[tuple[ToolClass, list[Machine]]]:
    """Machines under their tool class, in the order they came."""
    groups: dict[int, tuple[ToolClass, list[Machine]]] = {}
    for machine in machines:
        groups.setdefault(machine.tool_class_id, (machine.tool_class, []))[1].append(machine)
    return list(groups.values())


# --- the week ------------------------------------------------------------------------------------


def week_page(asked: Asked, member: Member | None, now: datetime) -> dict[str, Any]:
    """The week view's context: free hours per machine and day, read in one go."""
    days = week_of(asked.day, now.astimezone(asked.space.tz).date())
    facts = facts_of(member, asked.space, days[0], days[-1], now)
    machines = chosen(asked, facts)
    edges = [midnight(day, asked.space.tz) for day in [*days, days[-1] + DAY]]
    board = load_board(member=member, machines=machines, starts=edges[0], ends=edges[-1], now=now)
    return {
        "space": asked.space,
        "heading": week_words(days),
        "bays": [
            {
                "name": kind.name,
                "summary": summary_of(kind),
                "rows": [week_row(machine, board, asked, days, edges) for machine in group],
            }
            for kind, group in by_class(machines)
        ],
        "shown": len(machines),
        "days": days_nav(asked, now),
        "views": views_nav(asked),
        "filters": filters_nav(asked, facts, member is not None),
    }


def week_of(day: date, today: date) -> list[date]:
    """Seven days with `day` among them, counted from today: on a Sunday, too, what comes shows."""
    first = today + timedelta(days=(day - today).days // WEEK * WEEK)
    return [first + timedelta(days=n) for n in range(WEEK)]


def week_words(days: list[date]) -> str:
    """“23 to 29 Nov”, “30 Nov to 6 Dec”."""
    first = (bare_day if days[0].month == days[-1].month else short_day)(days[0])
    return _("%(first)s to %(last)s") % {"first": first, "last": short_day(days[-1])}


def week_row(
    machine: Machine, board: Board, asked: Asked, days: list[date], edges: list[datetime]
) -> dict[str, Any]:
    cells = [
        week_cell(
            machine,
            board.segments(machine, edges[n], edges[n + 1]),
            day,
            asked.url(day=day, view="day"),
        )
        for n, day in enumerate(days)
    ]
    return {"name": machine.name, "url": machine_url(machine.slug), "cells": cells}


def week_cell(machine: Machine, segments: list[Segment], day: date, url: str) -> dict[str, str]:
    """How much of a day one may have; else, in a word, why none of it."""
    mine = sum(segment.kind == "mine" for segment in segments)
    free = sum((s.ends - s.first.starts for s in segments if s.first), timedelta())
    words = length(free) if free else _no_time(segments)
    label = _("%(machine)s, %(day)s: %(words)s") % {
        "machine": machine.name,
        "day": day_name(day),
        "words": _("%s free") % words if free else words,
    }
    return {
        "words": words,
        "label": label,
        "url": url if free else "",
        "mine": ngettext("%d yours", "%d yours", mine) % mine if mine else "",
    }


def _no_time(segments: list[Segment]) -> str:
    kinds = {segment.kind for segment in segments}
    if "gap-no" in kinds:
        return _("Not for you yet")
    if "lock" in kinds:
        return _("Locked out")
    if kinds & {"other", "mine", "offer"}:
        return _("Full")
    return _("Over") if kinds & {"past", "was"} else _("Closed")


# --- ways to go on -------------------------------------------------------------------------------


def days_nav(asked: Asked, now: datetime) -> dict[str, Any]:
    """The week of the day shown, and the weeks beside it."""
    today = now.astimezone(asked.space.tz).date()
    return {
        "before": asked.url(day=asked.day - timedelta(days=WEEK)),
        "after": asked.url(day=asked.day + timedelta(days=WEEK)),
        "days": [
            {
                "url": asked.url(day=day, view="day"),
                "name": weekday(day),
                "number": day.day,
                "label": day_name(day),
                "current": day == asked.day and asked.view == "day",
                "today": day == today,
            }
            for day in week_of(asked.day, today)
        ],
    }


def views_nav(asked: Asked) -> list[dict[str, Any]]:
    words = {"day": _("Day"), "week": _("Week")}
    return [
        {"url": _explicit(asked, view), "word": word, "current": view == asked.view}
        for view, word in words.items()
    ]


def _explicit(asked: Asked, view: str) -> str:
    """With the view in the address, so that the one last looked at does not open instead."""
    return board_url(asked.space.slug, asked.day, view, asked.show if asked.show != "all" else "")


def filters_nav(asked: Asked, facts: Facts, is_signed_in: bool) -> dict[str, Any]:
    """The chips over the board, each with how many machines it leaves."""
    free = sum(facts.states[machine.pk].is_free for machine in facts.machines)
    chips = [("all", _("All %d") % len(facts.machines), "")]
    if is_signed_in:
        chips.append(("mine", _("I may use, %d") % len(facts.mine), "check"))
    chips.append(("free", _("Free now, %d") % free, "free"))
    chips += [(kind.slug, kind.name, "") for kind, _group in by_class(facts.machines)]
    return {
        "all_url": asked.url(show="all"),
        "chips": [
            {"url": asked.url(show=show), "word": word, "icon": icon, "current": show == asked.show}
            for show, word, icon in chips
        ],
        "spaces": [],
    }
