"""Finding a person, and all that the makerspace knows about one; for staff only."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from django.db.models import Case, Exists, OuterRef, QuerySet, When
from django.utils.translation import gettext as _

from bookings.models import Booking
from desk.certifications import certifications_of
from desk.finding import meant, named
from desk.history import changes_of
from desk.letters import trouble_of
from desk.links import booking_url
from desk.when import full_day, span_words
from members.models import Hold, Member, Membership, Role
from members.permissions import is_admin, is_staff, runs_organisation
from members.zones import last_day

MOST_BOOKINGS = 12


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a person stands, as a pill: `kind` and `icon` of templates/_pill.html."""

    kind: str
    icon: str
    word: str


def find(query: str, now: datetime) -> "QuerySet[Member]":
    """Whom the query may mean, those it names before those it describes; "": everybody."""
    people = Member.objects.filter(anonymised_at=None).annotate(
        is_member=Exists(Membership.objects.current(now).filter(member=OuterRef("pk"))),
        is_held=Exists(Hold.objects.standing(now).filter(member=OuterRef("pk"))),
    )
    if not query.split():
        return people
    place = Case(When(named(query), then=0), default=1)
    return people.filter(meant(query, now)).order_by(place, "name", "pk")


def standing_of(person: Any) -> Standing:
    """Of a person that `find` returned."""
    if not person.is_active:
        return Standing("fault", "x", _("Closed"))
    if person.unconfirmed_since is not None:
        return Standing("grace", "mail", _("Address not confirmed"))
    if person.is_held:
        return Standing("fault", "lock", _("On hold"))
    if person.is_member:
        return Standing("", "check", _("Member"))
    return Standing("", "none", _("No plan"))


def person_page(
    person: Member, now: datetime, zone: tzinfo, reader: Member | None = None
) -> dict[str, Any]:
    """Everything about one person, in a fixed number of queries.

    Bookings of spaces that are not the `reader`'s are told of and lead nowhere.
    """
    bookings = Booking.objects.filter(member=person).select_related("machine__space")
    return {
        "person": person,
        "is_minor": person.is_minor(now),
        "asked": person.guardian_requests.open(now).first() if person.is_minor(now) else None,
        "memberships": [
            membership_words(row, now, zone)
            for row in person.memberships.select_related("plan").order_by("-starts")
        ],
        "holds": [
            hold_words(row, now, zone)
            for row in person.holds.standing(now).select_related("placed_by", "document")
        ],
        "badges": list(person.badges.filter(revoked_at=None)),
        "certifications": certifications_of(person, now, zone),
        "coming": [
            booking_words(row, now, reader)
            for row in bookings.coming(now).order_by("starts")[:MOST_BOOKINGS]
        ],
        "past": [
            booking_words(row, now, reader)
            for row in bookings.filter(ends__lte=now).order_by("-ends")[:MOST_BOOKINGS]
        ],
        "roles": [role_words(row) for row in person.roles.select_related("space")],
        "may_give_data": reader is not None and runs_organisation(reader),
        "may_give_roles": reader is not None and is_admin(reader),
        "changes": changes_of(person, now, zone),
        "mail_trouble": trouble_of(person, now),
    }


def membership_words(row: Membership, now: datetime, zone: tzinfo) -> dict[str, Any]:
    starts = full_day(row.starts.astimezone(zone).date())
    if row.until is None:
        text = _("since %s, without an end") % starts
    else:
        last = full_day(last_day(row.until, zone))
        text = _("%(starts)s to %(last)s") % {"starts": starts, "last": last}
    is_current = row.starts <= now and (row.until is None or row.until > now)
    return {
        "row": row,
        "text": text,
        "is_current": is_current,
        "is_over": bool(row.until and row.until <= now),
    }


def role_words(row: Role) -> str:
    """“staff, Northside workshop”, “admin, all spaces”."""
    where = row.space.name if row.space else _("all spaces")
    return f"{row.get_kind_display()}, {where}"


def hold_words(row: Hold, now: datetime, zone: tzinfo) -> dict[str, Any]:
    since = full_day(row.since.astimezone(zone).date())
    by = row.placed_by.name if row.placed_by else "Benchkey"
    text = _("Since %(since)s by %(by)s. To lift it: %(remedy)s") % {
        "since": since,
        "by": by,
        "remedy": row.remedy,
    }
    return {"row": row, "text": text}


def booking_words(row: Booking, now: datetime, reader: Member | None) -> dict[str, Any]:
    zone = row.machine.space.tz
    may_open = reader is None or is_staff(reader, row.machine.space)
    return {
        "machine": row.machine.name,
        "when": span_words(row.starts, row.ends, now, zone),
        "state": row.get_state_display(),
        "url": booking_url("detail", row.public_id) if may_open else "",
    }
