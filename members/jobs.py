"""What the members' room does by the clock."""

from django.utils import timezone

from members.services.reminders import remind_of_memberships

SCHEDULES = (("memberships", "7 * * * *"),)


def memberships() -> None:
    """Tell those whose membership ends."""
    remind_of_memberships(timezone.now())
