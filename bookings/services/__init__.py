"""What people do with bookings; each one thing, atomic, with one Change behind it.

All lock the member first, then machines by id, and raise bookings.errors.Refused with all reasons.
"""

from bookings.services.any_machine import book_any
from bookings.services.attendance import check_in, finish
from bookings.services.booking import book
from bookings.services.cancelling import cancel
from bookings.services.changes import extend, move
from bookings.services.changing_series import cancel_series, change_series
from bookings.services.expiry import close_over, lapse_stale
from bookings.services.groups import book_group, cancel_group, move_group
from bookings.services.series import book_series, preview_series
from bookings.services.walking_up import walk_up

__all__ = [
    "book",
    "book_any",
    "book_group",
    "book_series",
    "cancel",
    "cancel_group",
    "cancel_series",
    "change_series",
    "check_in",
    "close_over",
    "extend",
    "finish",
    "lapse_stale",
    "move",
    "move_group",
    "preview_series",
    "walk_up",
]
