"""What the training room does by the clock."""

from django.utils import timezone

from training.services.clock import remind_of_inductions, settle_due

SCHEDULES = (("settle", "* * * * *"), ("remind", "*/5 * * * *"))


def settle() -> None:
    """Call off what too few signed up for, and confirm the rest."""
    settle_due(now=timezone.now())


def remind() -> None:
    """Tell those who have a seat that it comes."""
    remind_of_inductions(now=timezone.now())
