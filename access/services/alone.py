"""A device that was on its own is found again: told the time, and its session taken over (D10).

Such a session names no member: the device says who began it in a row of its journal, which it shows
at once when it is back. Until that row is filed nothing is said about the session; its lists let it
last no longer than its booking.
"""

import wire
from access.models import JournalRow, ListedBadge
from access.models import Session as SessionRow
from access.records import Box, Context
from access.services.batch import Batch, bench_of
from access.sessions import ACTIVE, Session
from wire.offline import CAPS

GROUND = SessionRow.Ground.OFFLINE  # how it began stays told, whatever it stands on now
OWN = "off-"  # what the name of a session begins with that a device granted itself
TOLD = "time"  # the id of a sync that brings the time; nobody gives it back


def tell_time(batch: Batch, box: Box, state: wire.State) -> None:
    """In answer to a state, which makes it fresh. Only who has lists has a use for it."""
    if CAPS.isdisjoint(box.caps) or not batch.watch.time_due(box.name, state.boot, batch.mono):
        return
    utc = int(batch.now.timestamp())
    batch.say(box.name, wire.Sync(id=TOLD, boot=state.boot, re=state.n, utc=utc))


def is_awaited(batch: Batch, box: Box, sid: str) -> bool:
    """Whether the row that tells of this session may still come."""
    if not sid.startswith(OWN) or _beginning(box, sid) is not None:
        return False
    return batch.watch.awaits_row(sid, batch.mono)


def adopt(batch: Batch, context: Context, state: wire.State) -> Session | None:
    """The session the device began, to be decided like any other; None: it is nobody's, or over."""
    box, sid = context.box, state.sid
    if box is None or sid is None or context.bench is None or not sid.startswith(OWN):
        return None
    row = _beginning(box, sid)
    if row is None or row.member_id is None or SessionRow.objects.filter(sid=sid).exists():
        return None
    badge = ListedBadge.objects.select_related("badge").get(device=box.id, h16=row.badge).badge
    bench = bench_of(context)
    batch.known.learn({row.member_id})
    context.session_badge_revoked = badge.revoked_at is not None
    session = Session(
        sid=sid,
        machine_id=bench.id,
        member_id=row.member_id,
        booking_id=None,
        badge_id=badge.pk,
        interlock_id=box.id,
        boot=state.boot,
        ground=GROUND,
        state=ACTIVE,
        offered_at=row.at or batch.now,
        until=batch.now,  # the decision says
        granted_up=state.up,
        activated_at=row.at or batch.now,
    )
    return batch.add(session)


def _beginning(box: Box, sid: str) -> JournalRow | None:
    return JournalRow.objects.filter(device=box.id, sid=sid, ev="on").first()
