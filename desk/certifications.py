"""What a member holds, as lines with a pill: valid, ending, ended, taken back."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from desk.when import full_day
from equipment.models import Certification, Level
from members.models import Member

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
    is_valid: bool = True


def certifications_of(member: Member, now: datetime, zone: tzinfo) -> list[Held]:
    """The latest of each type, whether it still counts or not."""
    rows = Certification.objects.filter(member=member).select_related("type")
    latest = {row.type_id: row for row in rows.order_by("given_at")}
    return [held(row, now, zone) for row in latest.values()]


def held(row: Certification, now: datetime, zone: tzinfo) -> Held:
    name, level = row.type.name, capfirst(str(Level(row.level).label))
    if row.revoked_at is not None and row.revoked_at <= now:
        text = _("Taken back on %s") % full_day(row.revoked_at.astimezone(zone).date())
        return Held(row.pk, name, text, _("Taken back"), "fault", "x", is_valid=False)
    if row.until is None:
        return Held(row.pk, name, level, _("Valid"))
    until = full_day(row.until.astimezone(zone).date())
    if row.until <= now:
        return Held(row.pk, name, _("Ended on %s") % until, _("Ended"), "fault", "x", False)
    text = _("%(level)s, until %(until)s") % {"level": level, "until": until}
    if row.until - now <= ENDING:
        return Held(row.pk, name, text, _("Ends soon"), "grace", "hour")
    return Held(row.pk, name, text, _("Valid"))
