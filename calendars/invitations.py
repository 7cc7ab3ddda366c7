"""The part of a booking's mail that puts it into the calendar of one who chose invitations.

It tells how the booking stands when the mail is sent: if it has changed since it was posted, the
next mail tells the same again, which calendars take once (RFC 5546 section 2.1.4).
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone, translation

from bookings.models import Booking
from calendars import ics
from calendars.entries import Style, entry
from calendars.models import Feed, Invitee
from members.models import Member
from notices import attachments
from notices.attachments import Maker, Part

KINDS = (
    "booking-confirmed",
    "booking-changed",
    "booking-cancelled",
    "booking-missed",
    "booking-requested",  # tentative, and perhaps a booking that was one before it was moved
    "booking-approved",
    "booking-declined",
    "request-lapsed",
    "hand-over-answered",
    "series-booked",
    "series-changed",
    "series-cancelled",
    "group-booked",
    "group-changed",
    "group-cancelled",
)


def register() -> None:
    attachments.register(KINDS, Maker(is_invitee, parts))


def is_invitee(to: Any) -> bool:
    """Whether this member has chosen invitations."""
    return Invitee.objects.filter(member=to.pk).exists()


def parts(to: Member, context: Mapping[str, Any]) -> Iterator[Part]:
    """One for each booking that a message tells of."""
    invitee = Invitee.objects.select_related("member__guardian").get(member=to.pk)
    rows = _told(context).select_related("member", "machine__space", "series")
    for booking in rows.order_by("starts", "pk"):
        if booking.member_id == to.pk or context.get("accepted"):
            yield _part(booking, invitee)


def _told(context: Mapping[str, Any]) -> QuerySet[Booking]:
    """One, all of a group, or those of a series from the first to the last day that is named."""
    if "series" in context:
        times = {"starts__gte": context["starts"], "starts__lte": context["last"]}
        return Booking.objects.filter(series__public_id=context["series"], **times)
    one = Booking.objects.filter(public_id=context["booking"])
    if "machines" not in context:
        return one
    return Booking.objects.filter(group__in=one.values("group"))


def _part(booking: Booking, invitee: Invitee) -> Part:
    """Cancelled for one who has handed it over."""
    told = _entry(booking, invitee.member)
    if booking.member_id != invitee.member_id:
        told = replace(told, status="CANCELLED")
    by = ics.Person(settings.ORGANISATION, parseaddr(settings.DEFAULT_FROM_EMAIL)[1])
    to = ics.Person(invitee.member.name, _mailbox(invitee.member))
    octets = ics.invitation(told, by, to, invitee.alarm_minutes)
    method = "CANCEL" if told.status == "CANCELLED" else "REQUEST"
    return Part(f"{told.uid}.ics", f"text/calendar; method={method}", octets.decode())


def _entry(booking: Booking, member: Member) -> ics.Entry:
    style = Style(member.language, Feed.Privacy.FULL, is_own=True, base_url=settings.BASE_URL)
    with translation.override(member.language):
        return entry(booking, style, timezone.now())


def _mailbox(member: Member) -> str:
    """Where the mail goes: a child's is read by a guardian."""
    for reader in (member, member.guardian):
        if reader and reader.email:
            return reader.email
    return ""
