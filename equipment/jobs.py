"""What the equipment room does by the clock."""

from django.utils import timezone

from equipment.services.attachments import sweep_files
from equipment.services.reminders import remind_of_certifications, remind_of_disuse

SCHEDULES = (("certifications", "17 * * * *"), ("files", "41 3 * * *"))


def certifications() -> None:
    """Tell those whose certification ends, or would for want of use."""
    now = timezone.now()
    remind_of_certifications(now)
    remind_of_disuse(now)


def files() -> None:
    """Delete what no certification has any more."""
    sweep_files(timezone.now())
