"""What the members' room does by the clock."""

from django.utils import timezone

from members.services.documents import ask_everybody
from members.services.guardian_requests import forget_unanswered
from members.services.guardians import come_of_age
from members.services.reminders import remind_of_memberships
from members.services.sign_ups import forget_unconfirmed

SCHEDULES = (
    ("memberships", "7 * * * *"),
    ("documents", "* * * * *"),
)


def memberships() -> None:
    """Tell those whose membership ends, let those sign who have grown up; forget what lapsed."""
    remind_of_memberships(timezone.now())
    come_of_age(now=timezone.now())
    forget_unanswered(now=timezone.now())
    forget_unconfirmed(now=timezone.now())


def documents() -> None:
    """Ask everybody who has not signed what everybody signs."""
    ask_everybody(now=timezone.now())
