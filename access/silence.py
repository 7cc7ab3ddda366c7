"""Devices that have not been heard of for a day: a dead one is noticed before somebody needs it.

The alarm for a device that falls silent under a live session is the gatekeeper's.
"""

from datetime import datetime, timedelta

from access.models import Device
from equipment.services.lockouts import staff_of
from notices.services import post

SILENT_AFTER = timedelta(days=1)


def tell_of_silent_devices(now: datetime) -> None:
    """Tell the staff of its space once for each time a device falls silent."""
    silent = Device.objects.filter(revoked_at=None, seen_at__lte=now - SILENT_AFTER)
    for device in silent.select_related("space"):
        if device.seen_at:
            for person in staff_of(device.space):
                post(
                    to=person,
                    kind="device-silent",
                    key=f"silent-{device.pk}-{device.seen_at:%Y%m%dT%H%M%S}-{person.pk}",
                    context={
                        "device": device.name,
                        "seen_at": device.seen_at.isoformat(),
                        "zone": device.space.zone,
                    },
                    at=now,
                )
