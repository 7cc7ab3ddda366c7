"""The same feed in the ways that calendar apps want to be told. PURE but for the settings."""

from dataclasses import dataclass
from urllib.parse import quote

from django.conf import settings
from django.urls import reverse

from calendars.models import Feed


@dataclass(frozen=True, slots=True)
class Links:
    https: str  # for pasting
    webcal: str  # opens Apple Calendar, Thunderbird and most others
    google: str  # Google takes it only by its own page

    @classmethod
    def to(cls, feed: Feed) -> "Links":
        path = reverse("calendars:feed", args=[feed.token])
        _scheme, _colon, host = settings.BASE_URL.partition("://")
        webcal = f"webcal://{host}{path}"
        return cls(
            https=settings.BASE_URL + path,
            webcal=webcal,
            google=f"https://calendar.google.com/calendar/r?cid={quote(webcal, safe='')}",
        )
