"""The first of two taps, as the log has it. Decides nothing.

It is taken from what was committed and not from memory, so that a restart and another gatekeeper
know of it, too; but for refusals that have no line, since they repeat what has one. The two follow
one another: any other tap at that reader ends the wait.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import wire
from access.decision import AWAITS_ANOTHER
from access.models import AccessEvent
from access.records import Box, Context, Event
from access.services.batch import Batch, bench_of
from access.sessions import FRESH
from members.models import Badge

WITHIN = 30  # seconds on the device's clock
# What the server saw of it: the way adds a little, a clock that jumped ends it.
RECEIVED = timedelta(seconds=WITHIN + FRESH)


@dataclass(frozen=True, slots=True)
class First:
    """Somebody who waits for another: `code` says for whom."""

    code: str
    member_id: int
    badge_id: int


def first_of_two(batch: Batch, context: Context, tap: wire.Tap) -> First | None:
    """Who waits at this reader for somebody else's tap, if this may be it."""
    box = context.box
    newest = None if box is None else _newest(batch, box, context)
    if newest is None or newest.code not in AWAITS_ANOTHER or newest.boot != tap.boot:
        return None
    if newest.member_id in (None, context.member_id) or newest.machine_id != bench_of(context).id:
        return None
    waited = tap.up - _up(newest.detail)
    if not 0 <= waited <= WITHIN or abs(batch.now - newest.at) > RECEIVED:
        return None
    badge = Badge.objects.filter(
        number_hash=newest.badge_hash, member=newest.member_id, revoked_at=None
    ).first()
    return None if badge is None else First(newest.code, badge.member_id, badge.pk)


def _newest(batch: Batch, box: Box, context: Context) -> Event | AccessEvent | None:
    """The tap before this one; of one that was only counted we alone know."""
    if (event := batch.newest.get(box.id)) is not None:
        return event
    known, logged = batch.watch.last_taps.get(box.id), _in_log(batch, box, context)
    if known is None or logged is None:
        return known or logged
    return known if known.at >= logged.at else logged


def _in_log(batch: Batch, box: Box, context: Context) -> AccessEvent | None:
    taps = AccessEvent.objects.filter(kind="tap", machine_id=bench_of(context).id)
    recent = taps.filter(at__gt=batch.now - RECEIVED)  # by the index of the machine
    newest: AccessEvent | None = recent.filter(device=box.id).order_by("-id").first()
    return newest


def _up(detail: Mapping[str, object]) -> int:
    up = detail.get("up")
    return up if isinstance(up, int) else -1 - WITHIN
