"""Forgetting messages that have done their work. Knows neither their kinds nor who reads them."""

from datetime import datetime, timedelta

from notices.models import Outbox

# A row also keeps its fact from being told twice, and no clock tells a fact for longer than a term
# may be overdue, which is 366 days.
KEPT_FOR = timedelta(days=400)
BATCH = 500  # rows in one statement: taps wait for it


def purge(now: datetime) -> int:
    """Delete what was told, or given up, so long ago; how many. What still waits stays."""
    gone = 0
    while batch := _old(now):
        gone += Outbox.objects.filter(pk__in=batch).delete()[0]
    return gone


def _old(now: datetime) -> list[int]:
    waiting = Outbox.objects.waiting().values("pk")
    rows = Outbox.objects.filter(posted_at__lt=now - KEPT_FOR, at__lt=now).exclude(pk__in=waiting)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])
