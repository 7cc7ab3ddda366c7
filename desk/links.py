"""Addresses with their query, as pages of several kinds need them."""

from datetime import date, datetime, timedelta
from urllib.parse import quote, urlencode

from django.urls import reverse


def book_url(
    machine_slug: str, starts: datetime | None = None, took: timedelta | None = None
) -> str:
    """The booking form, filled in: `starts` as an instant, the length in minutes."""
    values = {}
    if starts is not None:
        values["starts"] = starts.isoformat()
    if took is not None:
        values["minutes"] = str(int(took.total_seconds()) // 60)
    return _with(reverse("bookings:booking_create", args=[machine_slug]), values)


def starting(path: str, starts: datetime) -> str:
    """The booking form at `path`, filled in with an instant."""
    return f"{path}?starts={quote(starts.isoformat(), safe='')}"


def board_url(space: str = "", day: date | None = None, view: str = "", show: str = "") -> str:
    """The board of a space (by slug) and day; what is left out stays as usual."""
    values = {
        "space": space,
        "day": day.isoformat() if day else "",
        "view": view,
        "show": show,
    }
    return _with(reverse("desk:board"), {name: value for name, value in values.items() if value})


def machine_url(machine_slug: str) -> str:
    return reverse("desk:machine", args=[machine_slug])


def booking_url(name: str, public_id: object) -> str:
    return reverse(f"bookings:booking_{name}", args=[public_id])


def sign_in_url(back_to: str) -> str:
    """The sign-in page that returns here: a scanned label must not end on the home page."""
    return _with(reverse("account_login"), {"next": back_to})


def _with(path: str, values: dict[str, str]) -> str:
    return f"{path}?{urlencode(values)}" if values else path
