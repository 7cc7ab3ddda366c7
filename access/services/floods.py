"""What a device says to no end is counted and told to staff, not written down. Decides nothing."""

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from access.records import Box
from access.services.alarms import alarm
from access.services.batch import Batch


def pass_over(batch: Batch, box: Box) -> None:
    """One more of a flood; staff hear of it once."""
    batch.count_drop(box, "flood: more than people do")
    told = _(
        "{device} sends more than people can tap and press. The rest is refused without a record."
    )
    alarm(batch, box, "flood", format_lazy(told, device=box.name))
