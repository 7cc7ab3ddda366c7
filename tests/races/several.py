"""Races of series and groups: `python -m tests.races.several NAME`, as tests.races.scenes."""

import json
import sys
from datetime import date, time
from functools import partial
from zoneinfo import ZoneInfo

import django

django.setup()

from bookings import services  # noqa: E402
from bookings.errors import Refused  # noqa: E402
from bookings.models import Series  # noqa: E402
from bookings.rules.recurrence import Rule  # noqa: E402
from bookings.services.changing_series import Scope, Shift  # noqa: E402
from equipment.models import Machine  # noqa: E402
from members.models import Member  # noqa: E402
from tests.races import scenes  # noqa: E402
from tests.races.scenes import AT_14, HOUR, NOW, TURNS, in_the_table, race  # noqa: E402

DAYS = 5
RULE = Rule("daily", date(2026, 11, 25), time(18), 60, ZoneInfo("Europe/Berlin"), count=DAYS)


def repeat(member: Member, machine: Machine) -> str:
    try:
        services.book_series(member=member, machine=machine, rule=RULE, by=member, now=NOW)
    except Refused as refused:
        return f"{len(refused.reasons)} {refused.reasons[0].code}"
    return "booked"


def book_both(member: Member, machines: list[Machine]) -> str:
    try:
        services.book_group(
            member=member, machines=machines, starts=AT_14, ends=AT_14 + HOUR, by=member, now=NOW
        )
    except Refused as refused:
        return ", ".join(reason.code for reason in refused.reasons)
    return "booked"


def change_about(series: Series, machines: list[Machine], number: int) -> str:
    """To and fro between two machines and seven hours, while others do the reverse."""
    moved = 0
    for turn in range(TURNS):
        shift = Shift(
            starts=time(9 + (3 * number + turn) % 7), machine=machines[(number + turn) % 2]
        )
        try:
            services.change_series(
                booking=series.bookings.earliest("starts"),
                scope=Scope.ALL,
                shift=shift,
                by=series.member,
                now=NOW,
            )
        except Refused:
            continue
        moved += 1
    return "moved" if moved else "never moved"


# --- the scenes ----------------------------------------------------------------------------------


def one_series() -> dict[str, int]:
    members, (machine,) = scenes.people_and_machines(4, 1)
    return race([partial(repeat, member, machine) for member in members])


def one_group() -> dict[str, int]:
    """Half of them name the machines in the other order."""
    members, machines = scenes.people_and_machines(8, 2)
    orders = [machines, machines[::-1]]
    return race([partial(book_both, member, orders[n % 2]) for n, member in enumerate(members)])


def series_across_each_other() -> dict[str, int]:
    members, machines = scenes.people_and_machines(4, 2)
    racers = []
    for number, member in enumerate(members):
        machine, starts = machines[number % 2], time(17 + number // 2)
        rule = Rule("daily", RULE.first, starts, 60, RULE.zone, count=DAYS)
        series = services.book_series(member=member, machine=machine, rule=rule, by=member, now=NOW)
        racers.append(partial(change_about, series, machines, number))
    return race(racers)


SCENES = {scene.__name__: scene for scene in (one_series, one_group, series_across_each_other)}

if __name__ == "__main__":
    played = SCENES[sys.argv[1]]()
    print(json.dumps({**in_the_table(), **played}))
