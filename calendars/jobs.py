"""What the calendars' room does by the clock."""

import time

from django.utils import timezone

from calendars.busy.services import refresh_due

SCHEDULES = (("busy", "*/5 * * * *"),)
PATIENCE = 20  # seconds in which another calendar is begun; each may take half a minute itself


def busy() -> None:
    """Read the outside calendars whose time has come; what is left over comes in five minutes."""
    begun = time.monotonic()
    while time.monotonic() - begun < PATIENCE and refresh_due(now=timezone.now()):
        pass
