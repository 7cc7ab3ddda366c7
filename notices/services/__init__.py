"""Posting, sending, choosing and reading messages. Knows users, and nobody else.

Nothing else in Benchkey sends mail, except allauth for its own account mails (codes, resets),
which a person waits for at the screen.
"""

from notices.services.choosing import choose, keep_quiet, stop, wanting
from notices.services.posting import post, take_back
from notices.services.purging import purge
from notices.services.reading import read_all, unread
from notices.services.sending import BACK_OFF, give_up, send_due, try_again

__all__ = [
    "BACK_OFF",
    "choose",
    "give_up",
    "keep_quiet",
    "post",
    "purge",
    "read_all",
    "send_due",
    "stop",
    "take_back",
    "try_again",
    "unread",
    "wanting",
]
