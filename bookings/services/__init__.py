"""What people do with bookings; each one thing, atomic, with one Change behind it.

All lock the members first, then machines by id, and raise bookings.errors.Refused with all reasons.
"""

from bookings.services.any_machine import book_any
from bookings.services.approval import approve, decline
from bookings.services.attendance import check_in, finish
from bookings.services.booking import book
from bookings.services.cancelling import cancel
from bookings.services.changes import extend, move
from bookings.services.changing_series import cancel_series, change_series
from bookings.services.expiry import close_over, lapse_stale
from bookings.services.groups import book_group, cancel_group, move_group
from bookings.services.handing_over import (
    accept_hand_over,
    decline_hand_over,
    propose_hand_over,
)
from bookings.services.series import book_series, preview_series
from bookings.services.swapping import swap
from bookings.services.walking_up import walk_up

__all__ = [
    "accept_hand_over",
    "approve",
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
    "decline",
    "decline_hand_over",
    "extend",
    "finish",
    "lapse_stale",
    "move",
    "move_group",
    "preview_series",
    "propose_hand_over",
    "swap",
    "walk_up",
]
