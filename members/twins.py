"""Who may be the same person as somebody about to be entered. Asks; whoever enters decides."""

from django.db.models import Q

from members.doubts import name_key
from members.models import Member

MOST = 5
LEAST = 3  # letters of a word that narrows the search


def twins_of(name: str, email: str) -> list[Member]:
    """People of the same name in any order and spelling, or of the same address elsewhere.

    Nobody where the address is taken: that is refused, and no question.
    """
    if email and Member.objects.filter(email__iexact=email).exists():
        return []
    people = Member.objects.filter(anonymised_at=None).select_related("space")
    key = name_key(name)
    starts = Q()
    for word in name.split():
        starts |= Q(name__icontains=word[:LEAST])
    named = [one for one in people.filter(starts)[:500] if name_key(one.name) == key] if key else []
    local = email.partition("@")[0]
    alike = list(people.filter(email__istartswith=f"{local}@")[:MOST]) if len(local) > LEAST else []
    return list(dict.fromkeys([*named, *alike]))[:MOST]
