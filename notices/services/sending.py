"""Sending what is due, each letter at least once: whatever happens to one stops no other.

A letter is claimed before it is sent (it counts a try and comes due again after a wait) and marked
after: a worker that is killed between leaves it to the next try, under the same Message-ID.
"""

import logging
import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from notices import mail, transport
from notices.models import Outbox, OutboxQuerySet
from notices.services.planning import Group, due, sort_out

logger = logging.getLogger(__name__)

# How long to wait after each failed try; the one after the last wait is final.
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440))


def send_due(now: datetime) -> int:
    """Send all that is due, oldest first; how many messages left the house.

    Stops where the mail server cannot be reached, which counts as nobody's failure, and after
    transport.PATIENCE; the next round goes on from there.
    """
    sent = 0
    with transport.Line() as line:
        while line.has_time and (rows := due(now)):
            try:
                sent += _send_all(sort_out(rows, now), line, now)
            except transport.Unreachable as error:
                logger.warning("the mail server does not answer: %s", error)
                _of(rows).waiting().filter(letter=None).update(last_error=str(error)[:200])
                break
    return sent


def _send_all(groups: list[Group], line: transport.Line, now: datetime) -> int:
    sent = 0
    for group in groups:
        if not line.has_time:
            break
        line.ready()
        if letter := _claim(group, now):
            sent += _send(group, letter, line, now)
    return sent


def _claim(group: Group, now: datetime) -> uuid.UUID | None:
    """Count the try and push the rows forward before trying: a second worker, or a crash in the
    middle, finds them later and not at once. None where a second worker was faster.
    """
    letter = group[0].letter or uuid.uuid4()
    attempts = group[0].attempts
    with transaction.atomic():
        unclaimed = _of(group).waiting().filter(attempts=attempts, letter=group[0].letter)
        claimed = unclaimed.update(
            attempts=F("attempts") + 1, at=now + _wait_after(attempts), letter=letter
        )
        if claimed != len(group):
            transaction.set_rollback(True)
            return None
    return letter


def _wait_after(attempts: int) -> timedelta:
    return BACK_OFF[min(attempts, len(BACK_OFF) - 1)]


def _send(group: Group, letter: uuid.UUID, line: transport.Line, now: datetime) -> int:
    """How many messages of the group went, all in one mail."""
    try:
        told = _readable(group, now)
        if not told:
            return 0
        line.send(mail.compose(told, letter))
    except mail.Unaddressable as error:
        _of(group).update(dropped_at=now, last_error=str(error))
        return 0
    except Exception as error:  # whatever it is, the letter behind this one must still go out
        logger.exception("letter %s to %s failed", letter, group[0].to_id)
        _failed(group, transport.words_of(error), now)
        return 0
    return _of(told).update(sent_at=now, last_error="")


def _readable(group: Group, now: datetime) -> Group:
    """Those that can be told; one that cannot is tried again apart from the others."""
    if len(group) == 1:
        return group
    readable = []
    for row in group:
        try:
            mail.item(row.kind, row.context, row.to)
        except Exception as error:
            logger.exception("message %s (%s) cannot be told", row.pk, row.kind)
            _failed([row], str(error), now)
            _of([row]).update(letter=None)
        else:
            readable.append(row)
    return readable


def _failed(group: Group, error: str, now: datetime) -> None:
    """To be tried again after the wait that its claim has set, or given up after the last."""
    final = group[0].attempts >= len(BACK_OFF)
    _of(group).update(dropped_at=now if final else None, last_error=error[:200])


def _of(group: Group) -> OutboxQuerySet:
    return Outbox.objects.filter(pk__in=[row.pk for row in group])


# --- what staff do about what failed -------------------------------------------------------------


def try_again(*, message: Outbox, now: datetime) -> None:
    """From the first try on, at the next round: the address or the server is mended."""
    Outbox.objects.filter(pk=message.pk, sent_at=None).update(
        at=now, dropped_at=None, attempts=0, letter=None
    )


def give_up(*, message: Outbox, now: datetime) -> None:
    """Send it no more; its reader finds it on the site."""
    Outbox.objects.waiting().filter(pk=message.pk).update(dropped_at=now)
