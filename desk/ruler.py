"""The scale over a board: one local day as whole hours, and where an instant lies on it. PURE.

A day is its opening hours, or 23 to 25 hours where a space never shuts. Knows no machine.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from bookings.rules.hours import Hours, Interval, usually_open

QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LATE = timedelta(hours=12)  # a stretch that goes on longer past midnight is the next day's
MOST_HOURS = 25  # as many as the stylesheet has widths for; also the longest local day


@dataclass(frozen=True, slots=True)
class Ruler:
    """[starts, starts + hours); `zone` only labels it."""

    starts: datetime
    hours_long: int
    zone: tzinfo
    at: datetime | None = None  # now, where it lies on this scale

    @property
    def ends(self) -> datetime:
        return self.starts + self.hours_long * HOUR

    @property
    def css(self) -> str:
        return f"h{self.hours_long}"

    @property
    def start(self) -> str:
        return self.starts.isoformat()

    @property
    def quarters_long(self) -> int:
        return self.hours_long * 4

    @property
    def hours(self) -> list[str]:
        """What stands over each column: “08”; with minutes after a half-hour shift."""
        edges = [(self.starts + n * HOUR).astimezone(self.zone) for n in range(self.hours_long)]
        return [f"{edge:%H:%M}" if edge.minute else f"{edge.hour:02}" for edge in edges]

    @property
    def now_css(self) -> str:
        return f"q{self.near(self.at)}" if self.at else ""

    @property
    def now(self) -> str:
        return f"{self.at.astimezone(self.zone):%H:%M}" if self.at else ""

    def down(self, moment: datetime) -> int:
        """The quarter in which `moment` lies, within the scale."""
        return self._within((moment - self.starts) // QUARTER)

    def up(self, moment: datetime) -> int:
        """The first quarter line at or after `moment`, within the scale."""
        return self._within(-((self.starts - moment) // QUARTER))

    def near(self, moment: datetime) -> int:
        return self._within((moment - self.starts + QUARTER / 2) // QUARTER)

    def _within(self, quarter: int) -> int:
        return min(max(quarter, 0), self.quarters_long)


def midnight(day: date, zone: tzinfo) -> datetime:
    """The first instant of the local day, in UTC; zones whose day starts at 01:00 included."""
    return datetime.combine(day, time(0), tzinfo=zone).astimezone(UTC)


def day_ruler(day: date, hours: Hours, zone: tzinfo, now: datetime) -> Ruler:
    """The scale of one local day: its opening hours in whole hours of the local clock.

    On a day without hours it is the usual ones, so that the board keeps its shape.
    """
    opened = opening_of(day, hours, zone) or _usual(day, hours, zone)
    starts = _hour_before(min(starts for starts, _ends in opened), zone)
    return _ruler(starts, max(ends for _starts, ends in opened), zone, now)


def week_rulers(days: list[date], hours: Hours, zone: tzinfo, now: datetime) -> list[Ruler]:
    """One scale per day, all from the same local hour and equally long, to stand in one grid."""
    single = [day_ruler(day, hours, zone, now) for day in days]
    first = min(ruler.starts.astimezone(zone).hour for ruler in single)
    longest = max(ruler.starts.astimezone(zone).hour - first + ruler.hours_long for ruler in single)
    starts = [datetime.combine(day, time(first), zone).astimezone(UTC) for day in days]
    return [_ruler(start, start + longest * HOUR, zone, now) for start in starts]


def opening_of(day: date, hours: Hours, zone: tzinfo) -> list[Interval]:
    """The stretches that open on this local day; one that goes on past midnight goes on here."""
    first, last = midnight(day, zone), midnight(day + DAY, zone)
    stretches = []
    for starts, ends in usually_open(hours, zone, first - DAY, last + DAY):
        if starts < first and ends >= last:
            stretches.append((first, last))
        elif first <= starts < last:
            stretches.append((starts, ends if ends < last + LATE else last))
    return stretches


def _usual(day: date, hours: Hours, zone: tzinfo) -> list[Interval]:
    opens = min(opening.opens for opening in hours.weekly)
    closes = max(opening.closes for opening in hours.weekly)
    if closes <= opens:
        return [(midnight(day, zone), midnight(day + DAY, zone))]
    edges = (datetime.combine(day, edge, zone).astimezone(UTC) for edge in (opens, closes))
    return [(next(edges), next(edges))]


def _ruler(starts: datetime, ends: datetime, zone: tzinfo, now: datetime) -> Ruler:
    hours = min(max(-((starts - ends) // HOUR), 1), MOST_HOURS)
    inside = starts <= now <= starts + hours * HOUR
    return Ruler(starts, hours, zone, now if inside else None)


def _hour_before(moment: datetime, zone: tzinfo) -> datetime:
    """`moment`, or the full hour of the local clock just before it."""
    local = moment.astimezone(zone)
    return moment - timedelta(minutes=local.minute, seconds=local.second)
