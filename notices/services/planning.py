"""What of the outbox leaves now, and in which mails; the rest is put off or kept for the site.

Several messages of one bundle, or of one kind, to one person that are due at once are one mail; so
is a digest. After a mail about a bundle more of it waits ten minutes and is one mail again.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from datetime import datetime, timedelta
from typing import Any

from notices.attachments import is_carrier
from notices.mail import zone_of
from notices.manners import DAILY, NOW, WEEKLY, choice_of, manner_of, topic_of
from notices.models import Outbox, QuietHours, Wish
from notices.overtaken import is_overtaken
from notices.timing import Plan, Quiet, plan

PEOPLE, ROWS = 100, 2000  # whose messages, and how many, are looked at in one go
HOLD = timedelta(minutes=10)  # between two mails about one bundle

Group = list[Outbox]


def due(now: datetime) -> Group:
    """The oldest that wait, and all else that waits for the same people: a digest is whole."""
    waiting = Outbox.objects.waiting().filter(at__lte=now).order_by("at", "pk")
    people = set(waiting.values_list("to_id", flat=True)[:PEOPLE])
    rows = waiting.filter(to_id__in=people).select_related("to__space", "to__guardian")
    return list(rows[:ROWS])


def sort_out(rows: Group, now: datetime) -> list[Group]:
    """Put off and keep what does not leave now; the rest in groups, one for each mail."""
    plans = _plans(rows, now)
    _keep([row for row in rows if plans[row.pk].at is None], now)
    for row in rows:
        if plans[row.pk].digest and row.digest_at is None:
            row.digest_at = plans[row.pk].at
    _put_off(rows, {pk: each.at for pk, each in plans.items() if each.at and each.at > now}, now)
    leaving = [row for row in rows if plans[row.pk].at == now]
    held = _held(leaving, now)
    _put_off(rows, held, now)
    return _grouped(row for row in leaving if row.pk not in held)


def _plans(rows: Group, now: datetime) -> dict[int, Plan]:
    people = {row.to_id for row in rows}
    wishes = {
        (wish.member_id, wish.kind): wish.choice for wish in Wish.objects.filter(member__in=people)
    }
    quiet = {
        each.member_id: (each.starts, each.ends)
        for each in QuietHours.objects.filter(member__in=people)
    }
    return {
        row.pk: _plan(row, wishes.get((row.to_id, topic_of(row.kind))), quiet.get(row.to_id), now)
        for row in rows
    }


def _plan(row: Outbox, chosen: str | None, quiet: Quiet | None, now: datetime) -> Plan:
    if is_overtaken(row.kind, row.context) or row.to.unconfirmed_since is not None:
        return Plan(None)  # an address that nobody confirmed is sent nothing but its code
    manner, choice = manner_of(row.kind), choice_of(row.kind, chosen)
    if choice in (DAILY, WEEKLY) and is_carrier(row.kind, row.to):
        choice = NOW  # what it carries cannot wait; whoever turned it off has none of it
    return plan(
        manner,
        choice,
        due=row.at,
        now=now,
        zone=zone_of(row.to),
        quiet=quiet,
        moot=_instant(row.context.get(manner.moot_after)),
        planned=bool(row.digest_at or row.letter),
    )


def _instant(told: Any) -> datetime | None:
    """A time of a context; None for what is none, which its template will complain of."""
    try:
        at = datetime.fromisoformat(told)
    except (TypeError, ValueError):
        return None
    return at if at.tzinfo else None


def _keep(rows: Group, now: datetime) -> None:
    if rows:
        waiting = Outbox.objects.waiting().filter(pk__in=[row.pk for row in rows])
        waiting.update(kept_at=now, last_error="")


def _put_off(rows: Group, until: dict[int, datetime], now: datetime) -> None:
    """Only what is due still: what another worker has begun to send is no longer."""
    moves: dict[tuple[datetime, datetime | None], list[int]] = defaultdict(list)
    for row in rows:
        if row.pk in until:
            moves[until[row.pk], row.digest_at].append(row.pk)
    for (at, digest_at), keys in moves.items():
        still = Outbox.objects.waiting().filter(pk__in=keys, at__lte=now)
        still.update(at=at, digest_at=digest_at)


def _held(rows: Group, now: datetime) -> dict[int, datetime]:
    """Until when to wait, of those whose bundle was just written about."""
    bundled = [row for row in rows if row.bundle and not (row.letter or row.digest_at)]
    bundled = [row for row in bundled if not manner_of(row.kind).urgent]
    if not bundled:
        return {}
    told = Outbox.objects.filter(
        to__in={row.to_id for row in bundled},
        bundle__in={row.bundle for row in bundled},
        sent_at__gt=now - HOLD,
    ).order_by("sent_at")
    last = {(row.to_id, row.bundle): row.sent_at for row in told}
    until = {row.pk: last.get((row.to_id, row.bundle)) for row in bundled}
    return {pk: sent_at + HOLD for pk, sent_at in until.items() if sent_at}


def _grouped(rows: Iterable[Outbox]) -> list[Group]:
    groups: dict[Hashable, Group] = defaultdict(list)
    for row in rows:
        groups[_mail_of(row)].append(row)
    return list(groups.values())


def _mail_of(row: Outbox) -> Hashable:
    """What mail a message belongs to; what was once part of one stays part of it."""
    if row.letter:
        return row.letter
    if row.digest_at:
        return row.to_id, "digest", row.attempts
    return row.to_id, row.address, row.bundle or row.kind, bool(row.bundle), row.attempts
