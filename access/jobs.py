"""What the access room does by the clock; what a tap may wait for is the gatekeeper's own round."""

from django.utils import timezone

from access.silence import tell_of_silent_devices

SCHEDULES = (("silent_devices", "27 * * * *"),)


def silent_devices() -> None:
    """Tell staff of devices not heard of for a day."""
    tell_of_silent_devices(timezone.now())
