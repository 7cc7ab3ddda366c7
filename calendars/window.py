"""How far a feed reaches: four weeks back and half a year ahead of the local day. PURE."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

BACK = timedelta(weeks=4)
AHEAD = timedelta(weeks=26)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Window:
    """Of whole days, so that a feed is the same all day long unless something changes."""

    today: date
    zone: ZoneInfo

    @classmethod
    def at(cls, now: datetime, zone: ZoneInfo) -> "Window":
        return cls(now.astimezone(zone).date(), zone)

    @property
    def starts(self) -> datetime:
        return self._midnight(self.today - BACK)

    @property
    def ends(self) -> datetime:
        return self._midnight(self.today + AHEAD + DAY)

    @property
    def tonight(self) -> datetime:
        """The end of today."""
        return self._midnight(self.today + DAY)

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone)
