"""Whether the log has a line already: said twice, or to a second gatekeeper as well.

Taps are recognised in the one statement that finds out where they come from (access/facts.py).
"""

from access.models import AccessEvent
from access.records import Box
from access.services.batch import Batch


def is_repeated(batch: Batch, box: Box, kind: str, boot: str, nonce: str) -> bool:
    """Whether one (device, boot, nonce) of this kind has its line in the log, or will have it."""
    return is_on_record(batch, device_id=box.id, kind=kind, boot=boot, nonce=nonce)


def is_on_record(batch: Batch, **columns: object) -> bool:
    """Whether there is a line with these columns, or will be once the batch is written."""
    wanted = columns.items()
    if any(all(getattr(line, name) == value for name, value in wanted) for line in batch.events):
        return True
    return AccessEvent.objects.filter(**columns).exists()
