"""Whether a button or a hello is on record already: come twice, or to a second gatekeeper as well.

Taps are recognised in the one statement that finds out where they come from (access/facts.py).
"""

from access.models import AccessEvent
from access.records import Box
from access.services.batch import Batch


def is_repeated(batch: Batch, box: Box, kind: str, boot: str, nonce: str) -> bool:
    """Whether one (device, boot, nonce) of this kind has its line in the log, or will have it."""
    if any(
        (e.device_id, e.kind, e.boot, e.nonce) == (box.id, kind, boot, nonce) for e in batch.events
    ):
        return True
    before = AccessEvent.objects.filter(device=box.id, kind=kind, boot=boot, nonce=nonce)
    return before.exists()
