"""One person, by what they would tell a friend: never a list, and never by part of a name."""

from email.utils import parseaddr

from django.utils.translation import gettext as _

from members.models import Member


class NotFound(Exception):
    """Nobody, or more than one; the text says which, and what to write instead."""


def find_one(typed: str) -> Member:
    """Whoever has this mail address, or alone has this whole name."""
    people = Member.objects.filter(is_active=True, anonymised_at=None)
    if "@" in typed:
        people = people.filter(email__iexact=parseaddr(typed)[1])
    else:
        people = people.filter(name__iexact=" ".join(typed.split()))
    found = list(people[:2])
    if not found:
        raise NotFound(_("Nobody here by exactly that. Ask them how they are written."))
    if len(found) > 1:
        raise NotFound(_("More than one person is called that. Write the mail address."))
    return found[0]
