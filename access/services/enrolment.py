"""Binding a new badge to a member: tapped twice at an enrolment reader, staff say whose it is.

Twice within seconds, and just now: so at a busy desk nobody binds what a passer-by held up.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, F, When
from django.db.models.functions import Least
from django.utils.translation import gettext as _

from access.models import Candidate
from members.models import Badge, Member
from members.services import badge_hash, issue_badge
from members.services.badges import BadgeError, open_number, seal_number

KEPT = timedelta(hours=24)
TWICE = timedelta(seconds=15)  # from one tap to the next, so that they count together
COUNTS = timedelta(seconds=60)  # since its last tap
MOST = 50  # per reader; whoever holds up badge after badge pushes out the oldest


def note_candidate(*, device_id: int, number: str, now: datetime) -> None:
    """An unknown badge was tapped at an enrolment reader."""
    hashed = badge_hash(number)
    seen = Candidate.objects.filter(device_id=device_id, number_hash=hashed)
    again = When(last_at__gte=now - TWICE, then=Least(F("taps") + 1, 9999))
    if seen.update(last_at=now, taps=Case(again, default=1), assigned_to=None):
        return
    newest_first = Candidate.objects.filter(device_id=device_id).order_by("-last_at")
    crowded = list(newest_first.values_list("pk", flat=True)[MOST - 1 :])
    Candidate.objects.filter(pk__in=crowded).delete()
    Candidate.objects.create(
        device_id=device_id,
        number_hash=hashed,
        number_sealed=seal_number(number),
        hint=number[-4:],
        first_at=now,
        last_at=now,
    )


def is_confirmed(candidate: Candidate, now: datetime) -> bool:
    """Whether its person stands there: tapped twice within seconds, and not long ago."""
    return candidate.taps > 1 and abs(now - candidate.last_at) <= COUNTS


@transaction.atomic
def assign_candidate(*, candidate: Candidate, member: Member, by: Member, now: datetime) -> Badge:
    """The badge is this member's from now on.

    Raises BadgeError when it is somebody's already, or was not tapped twice just now.
    """
    candidate = Candidate.objects.select_for_update().get(pk=candidate.pk)
    if not is_confirmed(candidate, now):
        raise BadgeError(
            _("Let its person tap this badge twice now, then bind it: so it is surely theirs.")
        )
    badge = issue_badge(
        member=member, number=open_number(bytes(candidate.number_sealed)), by=by, now=now
    )
    candidate.assigned_to = member
    candidate.save(update_fields=["assigned_to"])
    return badge


def purge_candidates(now: datetime) -> int:
    """Forget badges that nobody claimed within a day, and those that were bound."""
    gone, _by_model = Candidate.objects.filter(last_at__lt=now - KEPT).delete()
    return gone
