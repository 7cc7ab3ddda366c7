"""Keeps with each certification when it is taught next, so that a refused tap can say so."""

from datetime import datetime

from django.db.models import Min

from equipment.models import CertificationType
from training.models import Induction


def announce(now: datetime) -> int:
    """Write down the next session of every type whose next one is another now; how many."""
    # one that asks for something else besides is for few: the page of the machine tells of it
    open_still = Induction.objects.coming(now).filter(
        closes_at__gt=now, is_refresher=False, needs=None
    )
    rows = open_still.order_by().values_list("type").annotate(starts=Min("starts"))
    coming: dict[int, datetime] = dict(rows)
    written = dict(CertificationType.objects.values_list("pk", "next_session_at"))
    changed = [pk for pk in written if written[pk] != coming.get(pk)]
    for pk in changed:
        CertificationType.objects.filter(pk=pk).update(next_session_at=coming.get(pk))
    return len(changed)
