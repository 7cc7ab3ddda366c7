"""What the access room does by the clock; what a tap may wait for is the gatekeeper's own round."""

from django.utils import timezone

from access.giving_back import give_back
from access.services.gatekeepers import look_at_gatekeepers
from access.silence import tell_of_silent_devices

SCHEDULES = (
    ("silent_devices", "27 * * * *"),
    ("time_given_back", "* * * * *"),
    ("gatekeepers", "* * * * *"),
)


def time_given_back() -> None:
    """Let others have what was left early."""
    give_back(timezone.now())


def gatekeepers() -> None:
    """Tell staff when no gatekeeper hears the devices."""
    look_at_gatekeepers(now=timezone.now())


def silent_devices() -> None:
    """Tell staff of devices not heard of for a day."""
    tell_of_silent_devices(timezone.now())
