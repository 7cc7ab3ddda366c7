"""The board: which machines over which days, for whom; composes, judges nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from bookings.availability import load_board, load_week
from bookings.facts import Known
from desk import queries
from desk.agenda import lines_of
from desk.lanes import Lane
from desk.lanes import Rows as LaneRows
from desk.links import board_url, week_url
from desk.policy import summary_of
from desk.ruler import DAY, day_ruler, midnight
from desk.states import busy_now, states_of
from desk.week import Column, Rows
from desk.when import bare_day, day_name, short_day, weekday
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
    free: set[int]  # those nobody is at, now
    mine: set[int]  # those the member may use
    known: Known


def facts_of(
    member: Member | None,
    machines: list[Machine],
    free: set[int],
    first: date,
    last: date,
    now: datetime,
) -> Facts:
    known = queries.known_of(member, machines, first, last, now)
    kinds = {machine.tool_class_id: machine for machine in machines}
    usable = {kind for kind, one in kinds.items() if may_use(known.judge(one), now)}
    return Facts(
        machines=machines,
        free=free,
        mine={machine.pk for machine in machines if machine.tool_class_id in usable},
        known=known,
    )


def may_use(facts: eligibility.Facts, now: datetime) -> bool:
    """Whether only the machine's own trouble, if anything, keeps the member from it.

    So it is the same for all machines of a tool class.
    """
    return all(reason.code == "locked-out" for reason in eligibility.missing(facts, now))


def chosen(asked: Asked, facts: Facts) -> list[Machine]:
    """The machines that pass the filter."""
    if asked.show == "all":
        return facts.machines
    if asked.show == "mine":
        return [machine for machine in facts.machines if machine.pk in facts.mine]
    if asked.show == "free":
        return [machine for machine in facts.machines if machine.pk in facts.free]
    return [machine for machine in facts.machines if machine.tool_class.slug == asked.show]


def day_page(asked: Asked, member: Member | None, now: datetime) -> dict[str, Any]:
    """The day view's context, in a fixed number of queries."""
    every = queries.machines_in(asked.space)
    states = states_of(every, now, asked.space.tz)
    free = {pk for pk, state in states.items() if state.is_free}
    facts = facts_of(member, every, free, asked.day, asked.day, now)
    machines = chosen(asked, facts)
    ruler = day_ruler(asked.day, facts.known.hours(asked.space.pk), asked.space.tz, now)
    board = load_board(
        member=member,
        machines=machines,
        starts=ruler.starts,
        ends=ruler.ends,
        now=now,
        known=facts.known,
    )
    rows = LaneRows(ruler, now, named=member is not None)
    lanes = {
        machine.pk: rows.lane(machine, board.segments(machine), states[machine.pk])
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
        "views": views_nav(asked, machines),
        "filters": filters_nav(asked, facts, member is not None),
    }


def list_page(asked: Asked, member: Member | None, now: datetime) -> dict[str, Any]:
    """The list view's context: the day's, each machine with its lines."""
    page = day_page(asked, member, now)
    page["bays"] = [
        {
            "name": bay.name,
            "summary": bay.summary,
            "lanes": [
                {
                    "anchor": lane.anchor,
                    "url": lane.url,
                    "name": lane.name,
                    "state": lane.state,
                    "lines": lines_of(lane),
                }
                for lane in bay.lanes
            ],
        }
        for bay in page["bays"]
    ]
    return page


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
    every = queries.machines_in(asked.space)
    free = {machine.pk for machine in every} - busy_now([machine.pk for machine in every], now)
    facts = facts_of(member, every, free, days[0], days[-1], now)
    machines = chosen(asked, facts)
    edges = [midnight(day, asked.space.tz) for day in [*days, days[-1] + DAY]]
    week = load_week(member=member, machines=machines, edges=edges, now=now, known=facts.known)
    rows = Rows(
        [
            Column(edges[n], edges[n + 1], asked.url(day=day, view="day"))
            for n, day in enumerate(days)
        ],
        now,
        asked.space.tz,
    )
    return {
        "space": asked.space,
        "heading": week_words(days),
        "bays": [
            {
                "name": kind.name,
                "summary": summary_of(kind),
                "rows": rows.of(group, week),
            }
            for kind, group in by_class(machines)
        ],
        "shown": len(machines),
        "days": days_nav(asked, now),
        "views": views_nav(asked, machines),
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


# --- ways to go on -------------------------------------------------------------------------------


def days_nav(asked: Asked, now: datetime) -> dict[str, Any]:
    """The week of the day shown, and the weeks beside it."""
    today = now.astimezone(asked.space.tz).date()
    return {
        "before": asked.url(day=asked.day - timedelta(days=WEEK)),
        "after": asked.url(day=asked.day + timedelta(days=WEEK)),
        "days": [
            {
                "url": asked.url(day=day, view=asked.view if asked.view == "list" else "day"),
                "name": weekday(day),
                "number": day.day,
                "label": day_name(day),
                "current": day == asked.day and asked.view != "week",
                "today": day == today,
            }
            for day in week_of(asked.day, today)
        ],
    }


def views_nav(
    asked: Asked, machines: Sequence[Machine], machine: Machine | None = None
) -> list[dict[str, Any]]:
    """Other looks at the same machines; `machine`: one whose week is shown."""
    words = {"day": _("Day"), "week": _("Week"), "list": _("List")}
    views = [
        {"url": _explicit(asked, view), "word": word, "current": view == asked.view and not machine}
        for view, word in words.items()
    ]
    return views + [
        {"url": week_url(one.slug, asked.day), "word": _("Machine"), "current": one == machine}
        for one in machines[:1]
    ]


def _explicit(asked: Asked, view: str) -> str:
    """With the view in the address, so that the one last looked at does not open instead."""
    return board_url(asked.space.slug, asked.day, view, asked.show if asked.show != "all" else "")


def filters_nav(asked: Asked, facts: Facts, is_signed_in: bool) -> dict[str, Any]:
    """The chips over the board, each with how many machines it leaves."""
    chips = [("all", _("All %d") % len(facts.machines), "")]
    if is_signed_in:
        chips.append(("mine", _("I may use, %d") % len(facts.mine), "check"))
    chips.append(("free", _("Free now, %d") % len(facts.free), "free"))
    chips += [(kind.slug, kind.name, "") for kind, _group in by_class(facts.machines)]
    return {
        "all_url": asked.url(show="all"),
        "chips": [
            {"url": asked.url(show=show), "word": word, "icon": icon, "current": show == asked.show}
            for show, word, icon in chips
        ],
        "spaces": [],
    }
