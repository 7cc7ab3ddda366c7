"""What the bookings' room does by the clock: it all holds by time alone, and here comes sooner."""

from django.utils import timezone

from bookings.reminders import remind_at_the_machine, remind_of_bookings
from bookings.services import close_over, lapse_stale
from bookings.services.disruptions import find_disruptions
from bookings.services.offering import offer_everywhere
from bookings.services.waitlist import pass_over

SCHEDULES = (
    ("lapse", "* * * * *"),
    ("disrupt", "* * * * *"),
    ("offer", "* * * * *"),
    ("remind", "*/5 * * * *"),
)


def lapse() -> None:
    """Release what nobody answered or came for, and close what is over."""
    while lapse_stale(now=timezone.now()):
        pass
    while close_over(now=timezone.now()):
        pass


def offer() -> None:
    """Offer what is free to those who wait for it: whatever freed it, and whoever should have."""
    now = timezone.now()
    lapse_stale(now=now)
    pass_over(now=now)
    offer_everywhere(now=now)


def disrupt() -> None:
    """Ask those whose booking a closure or lockout fell over, and tell them when it is gone."""
    find_disruptions(now=timezone.now())


def remind() -> None:
    """Tell those whose booking comes, begins or ends."""
    now = timezone.now()
    remind_of_bookings(now)
    remind_at_the_machine(now)
