"""The same feed in the ways that calendar apps want to be told. PURE but for the settings."""

from dataclasses import dataclass
from urllib.parse import quote

from calendars.contents import address
from calendars.models import Feed


@dataclass(frozen=True, slots=True)
class Links:
    https: str  # for pasting
    webcal: str  # opens Apple Calendar, Thunderbird and most others
    google: str  # Google takes it only by its own page

    @classmethod
    def to(cls, feed: Feed) -> "Links":
        https = address(feed)
        _scheme, _colon, rest = https.partition("://")
        webcal = f"webcal://{rest}"
        return cls(
            https=https,
            webcal=webcal,
            google=f"https://calendar.google.com/calendar/r?cid={quote(webcal, safe='')}",
        )
