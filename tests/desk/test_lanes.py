"""A machine's stretches as cells: they fill the day, and each says what it is without colour."""

import uuid
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.rules import Slot as Stretch
from bookings.rules.hours import Hours, Opening
from bookings.segments import Claim, Segment
from desk.lanes import CLAIMS, slots_of, widths
from desk.markup import Slot, items
from desk.ruler import day_ruler
from equipment.models import Machine
from equipment.reason import Reason

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
HOURS = Hours(tuple(Opening(day, time(8), time(22)) for day in range(7)))
RULER = day_ruler(date(2026, 11, 24), HOURS, BERLIN, NOW)
LASER = Machine(name="Laser 1", slug="laser-1")
MINUTE = timedelta(minutes=1)


def at(clock: str) -> datetime:
    return datetime.combine(date(2026, 11, 24), time.fromisoformat(clock), BERLIN).astimezone(UTC)


def claim(starts: datetime, ends: datetime, **fields: object) -> Claim:
    values = {"who": "Jonas P.", "is_mine": False, "state": "confirmed", **fields}
    return Claim(uuid.uuid4(), 7, starts=starts, ends=ends, blocked_until=ends, **values)


def one(kind: str, **fields: object) -> Segment:
    starts, ends = at("14:00"), at("15:30")
    claimed = claim(starts, ends, **fields.pop("claim", {})) if kind in CLAIMS else None  # type: ignore[arg-type]
    return Segment(kind, starts, ends, claimed, **fields)  # type: ignore[arg-type]


def cell(segment: Segment) -> object:
    return slots_of(LASER, [segment], RULER, NOW)[0]


def test_a_gap_is_a_link_that_says_what_it_books() -> None:
    first = Stretch(at("14:00"), at("14:30"))
    gap = cell(one("gap", first=first))
    assert gap.label == "Book Laser 1, Tuesday 24 November, 14:00 to 15:30, 1 h 30 free"
    assert gap.url == "/machines/laser-1/book/?starts=2026-11-24T13%3A00%3A00%2B00%3A00"
    assert (gap.icon, gap.words, gap.act) == ("plus", "1 h 30", "Book")


def test_a_gap_begins_where_one_can_begin() -> None:
    """Now is 13:37 and starts are every quarter: what is offered begins at 13:45."""
    first = Stretch(at("14:15"), at("14:45"))
    gap = cell(one("gap", first=first))
    assert (gap.time, gap.words) == ("14:15–15:30", "1 h 15")
    assert "14:15 to 15:30" in gap.label


def test_a_drag_begins_at_the_quarter_that_is_drawn() -> None:
    stretches = [
        Segment("past", at("08:00"), at("13:37")),
        Segment("gap", at("13:37"), at("22:00"), first=Stretch(at("13:45"), at("14:15"))),
    ]
    past, gap = slots_of(LASER, stretches, RULER, at("13:37"))
    assert (past.css, gap.css) == ("past q23", "gap q33")
    assert gap.starts == at("13:45").isoformat()


def test_a_gap_that_is_not_for_you_says_why_and_leads_to_the_remedy() -> None:
    reason = Reason(
        "not-certified",
        {
            "certification": "Laser",
            "certification_slug": "laser",
            "how": "Marta, Wednesdays 17:00",
        },
    )
    gap = cell(one("gap-no", reasons=(reason,)))
    assert gap.css.startswith("gap no ")
    assert "Laser" in gap.words and "Marta, Wednesdays 17:00" in gap.title
    assert gap.title in gap.label
    assert gap.url == "/inductions/?gives=laser"


def test_your_own_booking_leads_to_its_page() -> None:
    mine = cell(one("mine", claim={"is_mine": True, "note": "lamp panels"}))
    assert (mine.icon, mine.words, mine.act) == ("key", "lamp panels", "Change")
    assert mine.url.startswith("/bookings/")


def test_an_offer_says_until_when() -> None:
    offer = cell(one("offer", claim={"is_mine": True, "lapses_at": at("13:48")}))
    assert (offer.icon, offer.words, offer.url) == ("gift", "Take by 13:48", "/waitlist/")


def test_what_waits_for_approval_says_so() -> None:
    asked = cell(one("mine", claim={"is_mine": True, "state": "requested"}))
    assert (asked.icon, asked.words) == ("hour", "Waits for approval")


def test_one_may_wait_for_somebody_elses_time() -> None:
    other = cell(one("other"))
    assert (other.words, other.act) == ("Jonas P.", "Wait for it")
    assert other.url.startswith("/waitlist/new/?what=laser-1&starts=2026-11-24T13%3A00")
    assert other.label == (
        "Laser 1, Tuesday 24 November, 14:00 to 15:30 is taken (Jonas P.). Wait for it"
    )


def test_what_is_offered_to_somebody_else_says_until_when() -> None:
    held = cell(one("held", claim={"state": "offered", "lapses_at": at("13:48")}))
    assert (held.icon, held.words) == ("gift", "Offered to somebody until 13:48")


@pytest.mark.parametrize("kind", ["other", "held", "was"])
def test_strangers_see_neither_who_nor_a_link(kind: str) -> None:
    (seen,) = slots_of(LASER, [one(kind)], RULER, NOW, named=False)
    assert "Jonas" not in f"{seen}" and not seen.url


def test_a_machine_that_is_closed_says_why() -> None:
    why = Reason("machine-closed", {"why": "calibration", "until": at("18:00")})
    assert cell(one("shut", reasons=(why,))).words == "Closed: calibration"


def test_a_gap_for_nobody_does_not_say_it_is_the_reader() -> None:
    gap = cell(one("gap-no", reasons=(Reason("gap-too-short", {"shortest_minutes": 30}),)))
    assert "cannot be booked: This gap is shorter than the 30 min" in gap.label


def test_a_gap_says_everything_that_is_against_it() -> None:
    reasons = (Reason("sign-in"), Reason("gap-too-short", {"shortest_minutes": 30}))
    gap = cell(one("gap-no", reasons=reasons))
    assert "signed in" in gap.label and "30 min" in gap.label


def test_no_name_breaks_out_of_a_cell() -> None:
    """Cells are not written by a template; they are escaped all the same."""
    evil = "</b><script>\"'&"
    mine = cell(one("mine", claim={"is_mine": True, "note": evil}))
    lock = Slot(css="lock", time="", label=evil, words=evil, url=evil, title=evil, act=evil)
    past = Slot(css="past", time="", label=evil)
    written = items([mine, lock, past])
    assert "<script" not in written
    assert written.count("&lt;/b&gt;&lt;script&gt;&quot;&#x27;&amp;") == 7


def test_a_lockout_says_why_and_until_when() -> None:
    reason = Reason("locked-out", {"why": "bed heater wiring", "expected": at("18:00")})
    lock = cell(one("lock", reasons=(reason,)))
    assert lock.words == "Locked out: bed heater wiring. Expected back 18:00."
    assert lock.icon == "lock"


def test_closed_says_why_where_it_knows() -> None:
    shut = Reason("space-closed", {"why": "stocktaking", "until": at("18:00")})
    closed = cell(one("closed", reasons=(shut,)))
    assert closed.words == "Closed" and "stocktaking" in closed.title


@pytest.mark.parametrize("kind", ["past", "buffer"])
def test_what_is_only_drawn_is_read_out_too(kind: str) -> None:
    silent = cell(one(kind))
    assert silent.label.startswith("14:00 to 15:30") and not silent.words


def test_two_minutes_are_drawn_a_quarter_wide() -> None:
    """The shortest booking must still be seen, and pushes nothing off the day."""
    stretches = [
        Segment("gap", at("08:00"), at("14:01")),
        Segment("other", at("14:01"), at("14:03"), claim(at("14:01"), at("14:03"))),
        Segment("gap", at("14:03"), at("22:00")),
    ]
    assert widths(stretches, RULER) == [24, 1, 31]


def test_a_claim_is_rounded_outwards() -> None:
    stretches = [
        Segment("gap", at("08:00"), at("14:10")),
        Segment("other", at("14:10"), at("15:20"), claim(at("14:10"), at("15:20"))),
        Segment("buffer", at("15:20"), at("15:35")),
        Segment("gap", at("15:35"), at("22:00")),
    ]
    assert widths(stretches, RULER) == [24, 6, 1, 25]


@given(
    st.lists(
        st.tuples(st.integers(0, 14 * 60), st.sampled_from(["gap", "other", "buffer", "past"])),
        min_size=1,
        max_size=40,
        unique_by=lambda edge: edge[0],
    )
)
def test_every_lane_is_as_wide_as_the_day(edges: list[tuple[int, str]]) -> None:
    edges = sorted(edges)
    starts = [RULER.starts] + [RULER.starts + minute * MINUTE for minute, _kind in edges[1:]]
    ends = [*starts[1:], RULER.ends]
    stretches = [
        Segment(kind, low, high, claim(low, high))
        for low, high, (_minute, kind) in zip(starts, ends, edges, strict=True)
    ]
    drawn = widths(stretches, RULER)
    assert sum(drawn) == RULER.quarters_long
    assert min(drawn) >= 0
