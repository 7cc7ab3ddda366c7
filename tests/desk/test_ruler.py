"""The scale over the board: whole hours of a local day, through every trick of the clock."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bookings.rules.hours import Hours, Opening, Shut
from desk.ruler import day_ruler, midnight, opening_of, week_rulers

BERLIN = ZoneInfo("Europe/Berlin")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
KATHMANDU = ZoneInfo("Asia/Kathmandu")
TUESDAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def weekly(opens: str, closes: str, days: range = range(7)) -> Hours:
    stretch = time.fromisoformat(opens), time.fromisoformat(closes)
    return Hours(tuple(Opening(day, *stretch) for day in days))


def test_a_day_is_its_opening_hours() -> None:
    ruler = day_ruler(TUESDAY, weekly("08:00", "22:00"), BERLIN, NOON)
    assert (ruler.css, ruler.hours[0], ruler.hours[-1]) == ("h14", "08", "21")
    assert ruler.now == "13:00"
    assert ruler.now_css == "q20"


def test_half_hours_are_rounded_outwards() -> None:
    ruler = day_ruler(TUESDAY, weekly("08:30", "21:45"), BERLIN, NOON)
    assert (ruler.hours_long, ruler.hours[0]) == (14, "08")


@pytest.mark.parametrize(
    ("zone", "day", "hours", "first_labels"),
    [
        (BERLIN, date(2026, 11, 24), 24, ["00", "01", "02", "03"]),
        (BERLIN, date(2026, 3, 29), 23, ["00", "01", "03", "04"]),
        (BERLIN, date(2026, 10, 25), 25, ["00", "01", "02", "02"]),
        (LORD_HOWE, date(2026, 4, 5), 25, ["00", "01", "01:30", "02:30"]),
        (LORD_HOWE, date(2026, 10, 4), 24, ["00", "01", "02:30", "03:30"]),
        (KATHMANDU, date(2026, 11, 24), 24, ["00", "01", "02", "03"]),
    ],
)
def test_a_space_that_never_shuts_shows_the_whole_day_however_long(
    zone: ZoneInfo, day: date, hours: int, first_labels: list[str]
) -> None:
    ruler = day_ruler(day, Hours(), zone, NOON)
    assert ruler.hours_long == hours
    assert ruler.hours[:4] == first_labels
    assert ruler.starts == midnight(day, zone)


def test_an_evening_goes_on_past_midnight_on_the_day_it_began() -> None:
    ruler = day_ruler(TUESDAY, weekly("18:00", "02:00"), BERLIN, NOON)
    assert ruler.hours == ["18", "19", "20", "21", "22", "23", "00", "01"]
    assert ruler.now_css == ""


def test_days_open_around_the_clock_stay_days_apart() -> None:
    ruler = day_ruler(TUESDAY, weekly("00:00", "00:00"), BERLIN, NOON)
    assert ruler.hours_long == 24


def test_a_day_without_hours_keeps_the_usual_shape() -> None:
    hours = weekly("09:00", "17:00", range(5))
    sunday = date(2026, 11, 29)
    assert opening_of(sunday, hours, BERLIN) == []
    assert day_ruler(sunday, hours, BERLIN, NOON).css == "h8"


def test_a_closure_does_not_change_the_shape() -> None:
    shut = Shut(datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 26, tzinfo=UTC), "flood")
    hours = Hours(weekly("08:00", "22:00").weekly, (shut,))
    assert day_ruler(TUESDAY, hours, BERLIN, NOON).css == "h14"


def test_the_days_of_a_week_stand_under_each_other() -> None:
    weekdays = weekly("08:00", "22:00", range(5)).weekly
    weekend = weekly("10:00", "18:00", range(5, 7)).weekly
    days = [date(2026, 11, 23 + n) for n in range(7)]
    rulers = week_rulers(days, Hours((*weekdays, *weekend)), BERLIN, NOON)
    assert {ruler.css for ruler in rulers} == {"h14"}
    assert {ruler.hours[0] for ruler in rulers} == {"08"}


def test_an_instant_is_rounded_to_the_quarter_it_is_asked_for() -> None:
    ruler = day_ruler(TUESDAY, weekly("08:00", "22:00"), BERLIN, NOON)
    at = datetime(2026, 11, 24, 8, 5, tzinfo=UTC)  # 09:05 in Berlin
    assert (ruler.down(at), ruler.near(at), ruler.up(at)) == (4, 4, 5)
    assert ruler.down(datetime(2026, 11, 23, tzinfo=UTC)) == 0
    assert ruler.up(datetime(2026, 11, 25, tzinfo=UTC)) == 56
