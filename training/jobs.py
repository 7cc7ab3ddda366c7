"""What the training room does by the clock."""

from django.utils import timezone

from training.services.announcing import announce
from training.services.clock import remind_of_inductions, seat_due, settle_due
from training.services.giving import tell_of_forsaken
from training.services.keeping_out import look_after_seats
from training.services.sitting import finish_due

SCHEDULES = (("settle", "* * * * *"), ("remind", "*/5 * * * *"), ("finish_tests", "* * * * *"))


def settle() -> None:
    """Give free seats away, call off what too few signed up for, and say which ones come next."""
    seat_due(now=timezone.now())
    settle_due(now=timezone.now())
    tell_of_forsaken(now=timezone.now())
    announce(timezone.now())


def remind() -> None:
    """Tell those who have a seat that it comes, or that they may not come as things stand."""
    look_after_seats(now=timezone.now())
    remind_of_inductions(now=timezone.now())


def finish_tests() -> None:
    """Mark the theory tests whose time is up."""
    finish_due(now=timezone.now())
