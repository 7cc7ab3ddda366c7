"""What a device says to no end is counted and told to staff, not written down. Decides nothing."""

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from access.limits import LINES, REFUSALS
from access.records import Box, Event
from access.services.alarms import alarm
from access.services.batch import Batch

# Five wrong PINs shut the member out, so each has its line; late taps have a limit of their own.
HAVE_LINES = ("wrong-pin", "stale")


def pass_over(batch: Batch, box: Box) -> None:
    """One more of a flood; staff hear of it once."""
    batch.count_drop(box, "flood: more than people do")
    told = _(
        "{device} sends more than people can tap and press. The rest is refused without a record."
    )
    alarm(batch, box, "flood", format_lazy(told, device=box.name))


def count_refusal(batch: Batch, box: Box, refused: Event) -> None:
    """One more without a line of its own; `write_counts` says how many they were."""
    about = box.id, refused.badge_hash, refused.code
    batch.counted.append((about, refused))
    batch.count_drop(box, "repeats: one badge again and again")
    told = _("{device} sends one badge again and again, more often than anybody taps.")
    alarm(batch, box, "repeats", format_lazy(told, device=box.name))


def is_counted(batch: Batch, box: Box, refused: Event) -> bool:
    """Whether a member's refusal is only counted: it was written down often enough as it is.

    It was decided and is answered like any other; nothing that lets in is ever counted.
    """
    if refused.ok or refused.member_id is None or refused.code in HAVE_LINES:
        return False
    about = box.id, refused.badge_hash, refused.code
    if batch.watch.limits.allow(REFUSALS, about, batch.mono):
        return False
    count_refusal(batch, box, refused)
    return True


def write_counts(batch: Batch) -> None:
    """Once a minute, how many refusals there were beside those that have a line."""
    for about, counted in batch.watch.counts_due(batch.mono).items():
        like = counted.like
        batch.note(
            "repeated",
            like.code,
            device_id=like.device_id,
            boot=like.boot,
            badge_hash=like.badge_hash,
            member_id=like.member_id,
            machine_id=like.machine_id,
            ok=False,
            detail={"times": counted.times, "since": like.at.isoformat()},
        )
        batch.summed.append(about)


def may_write(batch: Batch, box: Box) -> bool:
    """Whether news of a device has a line: a contact that chatters has none for each time."""
    if batch.watch.limits.allow(LINES, box.name, batch.mono):
        return True
    batch.count_drop(box, "restless: it says something new again and again")
    told = _("{device} says something new of itself again and again.")
    alarm(batch, box, "restless", format_lazy(told, device=box.name))
    return False
