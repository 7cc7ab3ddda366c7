"""What a feed is called, for its reader's calendar app and on the pages; in the active language."""

from django.utils.translation import gettext as _

from calendars.models import Feed

Kind = Feed.Kind


def title(feed: Feed) -> str:
    """`feed` as its queryset `live()` reads it."""
    if feed.machine:
        return feed.machine.name
    if feed.tool_class:
        return f"{feed.tool_class.name}, {feed.space}"
    if feed.space and feed.kind == Kind.MAINTENANCE:
        return _("Maintenance, %(space)s") % {"space": feed.space.name}
    if feed.space:
        return feed.space.name
    name = {"name": feed.member.name if feed.member else ""}
    words = {
        Kind.MINE: _("Bench bookings of %(name)s"),
        Kind.INDUCTIONS: _("Inductions for %(name)s"),
        Kind.SESSIONS: _("Inductions given by %(name)s"),
        Kind.CERTIFICATIONS: _("Certifications of %(name)s"),
    }
    return words[Kind(feed.kind)] % name
