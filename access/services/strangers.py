"""Devices that speak and are not known here: on a list, so that staff can add them. Never answered.

Only what is protocol v1 counts, so a name is one that a device may have.
"""

from datetime import datetime, timedelta

from django.db.models import F
from django.db.models.functions import Least

import wire
from access.models import Device, Stranger
from access.services.batch import Batch

MOST = 50  # rows; whoever makes up names pushes out the one silent for longest
KEPT = timedelta(days=7)
MOST_COUNTED = 1_000_000


def note_stranger(batch: Batch, message: wire.Up) -> None:
    """Writes at most once in a while for each name, and for few new names a minute."""
    if not batch.watch.may_note_stranger(message.device, batch.mono):
        return
    told: dict[str, object] = {"last_at": batch.now}
    if isinstance(message, wire.Hello):
        told |= {"firmware": message.fw, "model": message.model}
    seen = Stranger.objects.filter(name=message.device)
    if seen.update(**told, messages=Least(F("messages") + 1, MOST_COUNTED)):
        return
    crowded = Stranger.objects.order_by("-last_at").values_list("pk", flat=True)[MOST - 1 :]
    Stranger.objects.filter(pk__in=list(crowded)).delete()
    Stranger.objects.create(
        name=message.device, speaks=Device.Firmware.NATIVE, first_at=batch.now, **told
    )


def forget_strangers(now: datetime) -> int:
    """Those not heard of for a week."""
    gone, _by_model = Stranger.objects.filter(last_at__lt=now - KEPT).delete()
    return gone
