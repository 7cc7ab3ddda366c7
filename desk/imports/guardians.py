"""Who may sign for whom: what is wrong between the lines of a file, and with who is there already.

Members are named by mail address, in lower case.
"""

from collections.abc import Collection
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from desk.imports.known import People
from desk.imports.lines import MemberLine
from members.models import Member


class Guardians:
    """Read once for a whole file, in two queries."""

    def __init__(self, lines: Collection[MemberLine], people: People, now: datetime) -> None:
        self.there = {*people.by_email, *(line.email for line in lines)}
        told = {line.email for line in lines if line.guardian or line.adult_from}
        self.minors = (told | _addresses(Member.objects.minors(now))) - {""}
        guarding = Member.objects.filter(wards__anonymised_at=None).exclude(wards=None)
        self.guardians = _addresses(guarding.distinct())

    def what_is_wrong(self, line: MemberLine) -> str:
        """With the guardian it names, or with its being a minor's line; "" where nothing is."""
        if line.guardian and line.guardian not in self.there:
            words = _("There is no member “%s” to be the guardian. Add them to the file.")
            return words % line.guardian
        if line.guardian in self.minors:
            words = _("“%s” is not of age or has a guardian, and so cannot be one.")
            return words % line.guardian
        if (line.guardian or line.adult_from) and line.email in self.guardians:
            return _("They are a guardian themselves. Give their child another one first.")
        return ""


def _addresses(people: "QuerySet[Member]") -> set[str]:
    found = people.exclude(email=None).values_list("email", flat=True)
    return {address.lower() for address in found if address}
