"""What the members' room does by the clock."""

from django.utils import timezone

from members.services.documents import ask_everybody
from members.services.reminders import remind_of_memberships

SCHEDULES = (
    ("memberships", "7 * * * *"),
    ("documents", "* * * * *"),
)


def memberships() -> None:
    """Tell those whose membership ends."""
    remind_of_memberships(timezone.now())


def documents() -> None:
    """Ask everybody who has not signed what everybody signs."""
    ask_everybody(now=timezone.now())
