"""Addresses with their query, as pages of several kinds need them."""

from datetime import date, datetime, timedelta
from functools import cache
from uuid import UUID

from django.urls import reverse

from bookings.wanting import quoted

NO_ID = UUID(int=0)


def book_url(
    machine_slug: str, starts: datetime | None = None, took: timedelta | None = None
) -> str:
    """The booking form, filled in: `starts` as an instant, the length in minutes."""
    address = _address("bookings:booking_create", machine_slug)
    if starts is None:
        return address
    minutes = f"&minutes={int(took.total_seconds()) // 60}" if took is not None else ""
    return f"{address}?starts={quoted(starts)}{minutes}"


def board_url(space: str = "", day: date | None = None, view: str = "", show: str = "") -> str:
    """The board of a space (by slug) and day; what is left out stays as usual."""
    values = {
        "space": space,
        "day": day.isoformat() if day else "",
        "view": view,
        "show": show,
    }
    return _with(_address("desk:board"), {name: value for name, value in values.items() if value})


def machine_url(machine_slug: str) -> str:
    return _address("desk:machine", machine_slug)


def week_url(machine_slug: str, day: date | None = None) -> str:
    """The week of one machine with that day in it."""
    path = _address("desk:machine_week", machine_slug)
    return f"{path}?day={day.isoformat()}" if day else path


def booking_url(name: str, public_id: object) -> str:
    return _address(f"bookings:booking_{name}", str(public_id), str(NO_ID))


def waitlist_url() -> str:
    return page_url("bookings:waitlist")


def page_url(name: str) -> str:
    """Of a page that there is one of."""
    return _address(name)


def sign_in_url(back_to: str) -> str:
    """The sign-in page that returns here: a scanned label must not end on the home page."""
    return _with(reverse("account_login"), {"next": back_to})


def _address(name: str, part: str = "", stand_in: str = "any") -> str:
    """As reverse(), which takes longer than everything else about a cell of a board."""
    before, after = _around(name, stand_in if part else "")
    return f"{before}{part}{after}"


@cache
def _around(name: str, stand_in: str) -> tuple[str, str]:
    """What stands before and after the one part of an address that varies."""
    if not stand_in:
        return reverse(name), ""
    before, _found, after = reverse(name, args=[stand_in]).rpartition(stand_in)
    return before, after


def _with(path: str, values: dict[str, str]) -> str:
    query = "&".join(f"{name}={quoted(value)}" for name, value in values.items())
    return f"{path}?{query}" if values else path
