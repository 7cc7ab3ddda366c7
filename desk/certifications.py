"""What a member holds, as lines with a pill: valid, ends soon, suspended, ended, taken back."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from desk.history import changes_to
from desk.when import full_day
from equipment.holdings import Holding, State, holding_of, holdings_of
from equipment.models import Certification, Level, Suspension
from equipment.services.certifications import may_certify
from members.models import Member
from members.permissions import is_staff
from members.zones import last_day

ENDING = timedelta(days=30)  # from here on its end is worth a second look


@dataclass(frozen=True, slots=True)
class Held:
    """One certification; `kind` and `icon` as templates/_pill.html has them."""

    pk: int
    name: str
    text: str
    word: str
    kind: str = ""
    icon: str = "check"


def certifications_of(member: Member, now: datetime, zone: tzinfo) -> list[Held]:
    """One of each type, whether it still counts or not."""
    return [held(holding, now, zone) for holding in holdings_of(member, now)]


def held(holding: Holding, now: datetime, zone: tzinfo) -> Held:
    row = holding.row
    text, pill = _words(holding, zone), _pill(holding, now)
    return Held(row.pk, row.type.name, text, *pill)


def _pill(holding: Holding, now: datetime) -> tuple[str, str, str]:
    """Word, kind and icon."""
    if holding.state == State.REVOKED:
        return _("Taken back"), "fault", "x"
    if holding.state == State.SUSPENDED:
        return _("Suspended"), "fault", "lock"
    if holding.state in (State.ENDED, State.IDLE):
        return _("Ended"), "fault", "x"
    if holding.ends is not None and holding.ends - now <= ENDING:
        return _("Ends soon"), "grace", "hour"
    return _("Valid"), "", "check"


def _words(holding: Holding, zone: tzinfo) -> str:
    row, level = holding.row, capfirst(str(Level(holding.row.level).label))
    last = full_day(last_day(holding.ends, zone)) if holding.ends else ""
    if row.revoked_at is not None:
        return _("Taken back on %s") % full_day(row.revoked_at.astimezone(zone).date())
    if holding.suspension is not None and holding.state == State.SUSPENDED:
        return suspended_words(holding.suspension.until, zone)
    if holding.state == State.IDLE:
        return _("Ended on %s, not used for so long") % last
    if holding.state == State.ENDED:
        return _("Ended on %s") % last
    told = {"level": level, "last": last}
    if not last:
        return level
    if holding.is_idle_first:
        return _("%(level)s, to be used by %(last)s") % told
    return _("%(level)s, until %(last)s") % told


def suspended_words(until: datetime | None, zone: tzinfo) -> str:
    if until is None:
        return _("Suspended until somebody lifts it")
    return _("Suspended until %s") % full_day(last_day(until, zone))


def certification_page(
    row: Certification, reader: Member, now: datetime, zone: tzinfo
) -> dict[str, Any]:
    """Everything about one certification, in a fixed number of queries.

    Whoever may give its type judges it, unless it is their own.
    """
    of_type = Suspension.objects.filter(member=row.member, type=row.type)
    suspensions = list(of_type.select_related("placed_by", "lifted_by").order_by("-since"))
    standing = of_type.standing(now).select_related("placed_by").first()
    others = row.member.certifications.filter(type=row.type).exclude(pk=row.pk)
    files = list(row.attachments.select_related("added_by"))
    holding = holding_of(row, now, standing)
    may_judge = row.member != reader and may_certify(reader, row.type, now)
    return {
        "row": row,
        "held": held(holding, now, zone),
        "last_day": last_day(row.until, zone) if row.until else None,
        "use_by": last_day(row.idle_until, zone) if row.idle_until else None,
        "standing": standing,
        "suspended_words": suspended_words(standing.until, zone) if standing else "",
        "suspensions": [placed for placed in suspensions if placed != standing],
        "files": [file for file in files if file.removed_at is None],
        "others": [
            held(holding_of(other, now, None), now, zone)
            for other in others.select_related("type").order_by("-given_at")
        ],
        "changes": changes_to([row, *files, *suspensions], now, zone),
        "may_judge": may_judge,
        "may_renew": may_judge and row.type.retired_at is None,
        "reads_people": is_staff(reader),
    }
