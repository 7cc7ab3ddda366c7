"""What is built into a box, as staff say. It decides the YAML written for it, and no power."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from access.adapters import speech_of
from access.models import Device
from access.services.devices import DeviceError
from members.models import Member
from members.services import record


@transaction.atomic
def set_parts(
    *, device: Device, reads_with: str, has_keypad: bool, by: Member | None, now: datetime
) -> Device:
    """Which reader, and whether there are keys to type a PIN. The same again writes nothing.

    Raises DeviceError for parts that its firmware has no lines for.
    """
    device = Device.objects.select_for_update(of=("self",)).get(pk=device.pk)
    before = {"reads_with": device.reads_with, "has_keypad": device.has_keypad}
    after = {"reads_with": reads_with, "has_keypad": has_keypad}
    if after == before:
        return device
    speech = speech_of(device.speaks)
    if reads_with not in speech.reads_with or (has_keypad and not speech.keypad):
        raise DeviceError(_("There are no lines for that part with this firmware. Choose another."))
    device.reads_with, device.has_keypad = reads_with, has_keypad
    device.save(update_fields=["reads_with", "has_keypad"])
    record(actor=by, verb="set_parts", subject=device, at=now, before=before, after=after)
    return device
