"""What the equipment room does by the clock."""

from django.utils import timezone

from equipment.services.reminders import remind_of_certifications

SCHEDULES = (("certifications", "17 * * * *"),)


def certifications() -> None:
    """Tell those whose certification ends."""
    remind_of_certifications(timezone.now())
