"""How long a booking that its member may not use is kept for them. PURE: instants in and out."""

from datetime import datetime, timedelta

DAYS_TO_MEND = timedelta(days=3)  # to renew, to have a hold lifted, to come to an induction
BEFORE = timedelta(hours=12)  # so that others still hear of it the evening before
LEAST = timedelta(hours=1)  # nobody loses anything while they read
MARGIN = timedelta(minutes=15)  # what begins sooner the tap answers: there is no time to choose


def release_at(told_at: datetime, starts: datetime) -> datetime | None:
    """When the time goes to others, were nothing to change; None: it stays until it begins.

    Three days after its member was told or twelve hours before the start, whichever is sooner, and
    never within an hour of telling them.
    """
    at = max(told_at + LEAST, min(told_at + DAYS_TO_MEND, starts - BEFORE))
    return at if at < starts else None
