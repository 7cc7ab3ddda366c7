"""Finding a slot, and whose turn it is: pure, in tables."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bookings.rules.facts import Facts, Own, Policy, Taken
from bookings.rules.finding import Place, Search, Wanted, find, has_room, without
from bookings.rules.hours import Hours, Opening, Shut
from bookings.rules.sharing import Waiting, in_order, used
from equipment import eligibility
from equipment.eligibility import LockoutFact, Span

HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
NOW = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)  # a Tuesday, 13:30 in Berlin
BERLIN = ZoneInfo("Europe/Berlin")
EVENINGS = Hours(tuple(Opening(day, time(17), time(0)) for day in range(7)))
POLICY = Policy("Lasers", 1)


def of_day(wall: float, day: int = 24) -> datetime:
    """That hour of a day of November in Berlin."""
    return datetime(2026, 11, day, tzinfo=BERLIN).astimezone(UTC) + wall * HOUR


def a_place(machine_id: int = 1, *taken: tuple[float, float], **fields: object) -> Place:
    """A laser that is open 8 to 22, taken at these hours of today; a member who may use it."""
    hours = Hours(tuple(Opening(day, time(8), time(22)) for day in range(7)))
    judge = eligibility.Facts(
        known_at=NOW,
        machine=f"Laser {machine_id}",
        machine_slug=f"laser-{machine_id}",
        active=True,
        retired_at=None,
        memberships=(Span(NOW - 365 * DAY, NOW + 365 * DAY),),
    )
    used_for = fields.pop("used", timedelta(0))
    claims = tuple(Taken(of_day(starts), of_day(until)) for starts, until in taken)
    told = {"policy": POLICY, "judge": judge, "zone": BERLIN, "hours": hours, "taken": claims}
    facts = Facts(
        now=NOW,
        machine=judge.machine,
        machine_slug=judge.machine_slug,
        machine_id=machine_id,
        **{**told, **fields},  # type: ignore[arg-type]
    )
    return Place(machine_id, facts, used_for)  # type: ignore[arg-type]


def wanted(took: float = 2, until: datetime | None = None, **fields: object) -> Wanted:
    return Wanted(took * HOUR, NOW, until or NOW + 3 * DAY, **fields)  # type: ignore[arg-type]


def told(search: Search) -> list[tuple[int, str]]:
    """Machine and local start of each slot."""
    return [
        (found.machine_id, f"{found.slot.starts.astimezone(BERLIN):%a %H:%M}")
        for found in search.found
    ]


def with_policy(**policy: object) -> dict[str, object]:
    return {"policy": replace(POLICY, **policy)}  # type: ignore[arg-type]


def with_lockout(place: Place) -> Place:
    lockout = LockoutFact("broken", Span(NOW - HOUR))
    judge = replace(place.facts.judge, lockouts=(lockout,))  # type: ignore[type-var]
    return replace(place, facts=replace(place.facts, judge=judge))


# --- ranking -------------------------------------------------------------------------------------

RANKED = {
    "the earliest end wins": ([a_place(1, (13, 16)), a_place(2, (13, 15))], 2, "Tue 15:00"),
    "then the gap that is left whole": (
        [a_place(1, (13, 14), (16.25, 18)), a_place(2, (13, 14), (16, 18))],
        2,
        "Tue 14:00",
    ),
    "a rest that takes a booking is not stranded": (
        [a_place(1, (13, 14), (16.5, 18)), a_place(2, (13, 14), (16, 18))],
        1,
        "Tue 14:00",
    ),
    "then the machine used least": (
        [a_place(1, used=9 * HOUR), a_place(2, used=2 * HOUR), a_place(3, used=5 * HOUR)],
        2,
        "Tue 13:30",
    ),
    "an earlier end comes before a whole gap and little use": (
        [a_place(1, (16, 18), used=9 * HOUR), a_place(2, (13, 14), (16, 18))],
        1,
        "Tue 13:30",
    ),
    "the rest before the slot counts, too": (
        [
            replace(a_place(1, (13, 14.75)), machine_id=1),
            a_place(2, (13, 14.5)),
        ],
        2,
        "Tue 14:30",
    ),
    "at last the smaller id": ([a_place(2), a_place(1)], 1, "Tue 13:30"),
}


@pytest.mark.parametrize("name", RANKED)
def test_the_best_is(name: str) -> None:
    places, machine, starts = RANKED[name]
    assert told(find(places, wanted())) == [(machine, starts)]


def test_the_next_best_are_in_other_gaps() -> None:
    places = [a_place(1, (15.5, 18)), a_place(2, (13, 16))]
    assert told(find(places, wanted(), most=4)) == [
        (1, "Tue 13:30"),
        (2, "Tue 16:00"),
        (1, "Tue 18:00"),
        (1, "Wed 08:00"),
    ]


def test_how_many_gaps_it_strands_is_told() -> None:
    place = a_place(1, (13, 14), (16.25, 22))
    assert find([place], wanted()).found[0].stranded == 1


# --- what is looked for --------------------------------------------------------------------------

ASKED = {
    "evenings only": (wanted(hours=EVENINGS), {}, ["Tue 17:00"]),
    "the whole booking lies in the evening": (wanted(5.5, hours=EVENINGS), {}, []),
    "a weekday": (
        wanted(hours=Hours((Opening(3, time(0), time(0)),))),
        {},
        ["Thu 08:00"],
    ),
    "nothing ends after the window": (wanted(until=NOW + 119 * MINUTE), {}, []),
    "it may end with the window": (wanted(until=NOW + 120 * MINUTE), {}, ["Tue 13:30"]),
    "notice is kept": (wanted(), with_policy(notice=3 * HOUR), ["Tue 16:30"]),
    "starts stand on the step": (wanted(), with_policy(step=HOUR), ["Tue 14:00"]),
    "or at the times of the kind": (
        wanted(),
        with_policy(start_times=(time(9), time(18))),
        ["Tue 18:00"],
    ),
    "the horizon ends it": (
        wanted(hours=Hours((Opening(3, time(0), time(0)),))),
        with_policy(horizon=DAY),
        [],
    ),
    "closing time ends it": (wanted(9), with_policy(longest=12 * HOUR), ["Wed 08:00"]),
    "unattended it may go on into the night": (
        wanted(12),
        with_policy(longest=12 * HOUR, unattended=True),
        ["Tue 13:30"],
    ),
    "but not into a closure": (
        wanted(12),
        {
            **with_policy(longest=12 * HOUR, unattended=True),
            "closures": (Shut(of_day(23), of_day(24)),),
        },
        ["Wed 08:00"],
    ),
    "nor into the next claim": (
        wanted(12),
        {
            **with_policy(longest=12 * HOUR, unattended=True),
            "taken": (Taken(of_day(23), of_day(25)),),
        },
        ["Wed 08:00"],
    ),
    "a closed machine is not free": (
        wanted(),
        {"closures": (Shut(NOW - HOUR, of_day(18)),)},
        ["Tue 18:00"],
    ),
    "one's own pause is kept": (
        wanted(),
        {**with_policy(gap=HOUR), "own": (Own(1, of_day(14), of_day(15)),)},
        ["Tue 16:00"],
    ),
    "the buffer fits in": (
        wanted(),
        {**with_policy(buffer=15 * MINUTE), "taken": (Taken(of_day(15.5), of_day(16)),)},
        ["Tue 16:00"],
    ),
}


@pytest.mark.parametrize("name", ASKED)
def test_what_is_asked_for_is_kept(name: str) -> None:
    asked, fields, starts = ASKED[name]
    assert [start for _machine, start in told(find([a_place(1, **fields)], asked))] == starts


def test_an_evening_is_an_evening_on_both_sides_of_a_clock_change() -> None:
    """The clocks go back on 25 October 2026: 17:00 is an hour later in UTC from then on."""
    now = datetime(2026, 10, 24, 4, tzinfo=UTC)
    facts = replace(a_place().facts, now=now, taken=())
    asked = Wanted(2 * HOUR, now, now + 2 * DAY, EVENINGS)
    found = find([Place(1, facts)], asked, most=2).found
    assert [slot.slot.starts.hour for slot in found] == [15, 16]


def test_a_locked_machine_is_not_proposed_and_its_sibling_is() -> None:
    assert told(find([with_lockout(a_place(1)), a_place(2)], wanted())) == [(2, "Tue 13:30")]


def test_where_nothing_is_found_it_says_what_stood_in_the_way() -> None:
    found = find([a_place(1, **with_policy(most_future=0))], wanted())
    assert [reason.code for reason in found.reasons] == ["most-future"]
    assert find([a_place(1, (13, 200))], wanted()) == Search()


def test_a_visitor_is_proposed_nothing() -> None:
    found = find([a_place(1, judge=None)], wanted())
    assert [reason.code for reason in found.reasons] == ["sign-in"]


def test_time_turned_down_counts_as_taken() -> None:
    place = without(a_place(1, (16, 18)), [(of_day(13.5), of_day(15))])
    assert told(find([place], wanted())) == [(1, "Tue 18:00")]


def test_room_is_there_for_whomever() -> None:
    assert has_room([a_place(1, (13, 20), judge=None)], wanted())
    assert not has_room([a_place(1, (13, 20.25))], wanted(until=of_day(22)))


# --- whose turn it is ----------------------------------------------------------------------------

EARLY, LATE = NOW - 2 * DAY, NOW - DAY
QUEUES = {
    "who asked first": ([Waiting(1, LATE), Waiting(2, EARLY)], False, [2, 1]),
    "use does not matter without a fair share": (
        [Waiting(1, LATE), Waiting(2, EARLY, used=9 * HOUR)],
        False,
        [2, 1],
    ),
    "with it comes first who used the kind least": (
        [Waiting(1, LATE), Waiting(2, EARLY, used=9 * HOUR)],
        True,
        [1, 2],
    ),
    "and among equals who asked first": (
        [Waiting(1, LATE, used=HOUR), Waiting(2, EARLY, used=HOUR)],
        True,
        [2, 1],
    ),
    "who let offers lapse stands behind": (
        [Waiting(1, EARLY, unanswered=1), Waiting(2, LATE)],
        False,
        [2, 1],
    ),
    "fair share or not": (
        [Waiting(1, EARLY, unanswered=1), Waiting(2, LATE, used=HOUR)],
        True,
        [2, 1],
    ),
}


@pytest.mark.parametrize("name", QUEUES)
def test_the_queue_is(name: str) -> None:
    waiting, fair_share, order = QUEUES[name]
    assert [one.wish for one in in_order(waiting, fair_share=fair_share)] == order


USE = {
    "nothing": ([], 0),
    "what is over": ([(NOW - 3 * HOUR, NOW - HOUR)], 2),
    "several": ([(NOW - 3 * HOUR, NOW - HOUR), (NOW - DAY, NOW - DAY + HOUR)], 3),
    "of one that runs what has passed": ([(NOW - HOUR, NOW + HOUR)], 1),
    "nothing of what lies ahead": ([(NOW, NOW + HOUR)], 0),
    "what reaches into the 30 days": ([(NOW - 30 * DAY - HOUR, NOW - 30 * DAY + HOUR)], 1),
    "nothing before them": ([(NOW - 31 * DAY, NOW - 30 * DAY)], 0),
}


@pytest.mark.parametrize("name", USE)
def test_the_fair_share_counts(name: str) -> None:
    bookings, hours = USE[name]
    assert used(bookings, NOW) == hours * HOUR
