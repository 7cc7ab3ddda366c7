"""Whom staff may mean by what they type: words of everything that is written down about people.

Builds one condition of one query and asks nothing itself. Each source is a subquery over its own
rows, so that the number of people decides nothing.
"""

from datetime import datetime
from functools import reduce
from operator import and_, or_

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from equipment.models import Certification, Machine, ToolClass
from members.models import Badge, Hold, Member, Membership, Role
from members.services import badge_hash, normalise_badge
from members.services.badges import FORMATS, BadgeError

MOST_WORDS = 8  # the rest of a longer query is not read
LEAST = 3  # letters of a word before it may mean more than a part of a name


def named(query: str) -> Q:
    """By name or mail, all the words of it; or the whole number of a live badge."""
    parts = (Q(name__icontains=word) | Q(email__icontains=word) for word in words(query))
    holders = Badge.objects.filter(revoked_at=None, number_hash__in=hashes(query))
    return reduce(and_, parts, Q()) | Q(pk__in=holders.values("member"))


def meant(query: str, now: datetime) -> Q:
    """Named, or in a state of that name; or each of the words found somewhere about them."""
    about = reduce(and_, (_about(word, now) for word in words(query)), Q())
    return named(query) | _in_state(query, now) | about


def words(query: str) -> list[str]:
    return query.split()[:MOST_WORDS]


def hashes(query: str) -> list[bytes]:
    """What the query would be stored as, were it a badge number in any way of writing one."""
    found = []
    for fmt in FORMATS:
        try:
            found.append(badge_hash(normalise_badge(query, fmt)))
        except BadgeError:
            continue
    return found


def _about(word: str, now: datetime) -> Q:
    """One word: of the name or mail, or of a plan, role, certification, machine, hold, …"""
    found = Q(name__icontains=word) | Q(email__icontains=word)
    if len(word) < LEAST:
        return found
    sources = (
        Membership.objects.current(now).filter(plan__name__icontains=word),
        Role.objects.filter(_role(word)),
        Certification.objects.valid(now).filter(_certified(word)),
        Hold.objects.standing(now).filter(Q(reason__icontains=word) | Q(remedy__icontains=word)),
        Badge.objects.filter(revoked_at=None, hint__iexact=word),
    )
    others = (Q(pk__in=source.order_by().values("member")) for source in sources)
    return reduce(or_, others, found | _related(word))


def _related(word: str) -> Q:
    """Where they are at home, and who signs for them."""
    guardians = Member.objects.filter(name__icontains=word)
    return Q(space__name__icontains=word) | Q(guardian__in=guardians.order_by().values("pk"))


def _role(word: str) -> Q:
    """As the role is called in the reader's language."""
    kinds = [kind for kind in Role.Kind if word.casefold() in str(kind.label).casefold()]
    return Q(kind__in=kinds)


def _certified(word: str) -> Q:
    """For this type; or for what a machine, or a kind of machine, of this name asks for."""
    classes = ToolClass.objects.filter(name__icontains=word).order_by()
    machines = Machine.objects.filter(name__icontains=word, retired_at=None).order_by()
    return (
        Q(type__name__icontains=word)
        | Q(type__in=classes.values("requires"))
        | Q(type__in=machines.values("tool_class__requires"))
    )


def _in_state(query: str, now: datetime) -> Q:
    """The words of the pill beside a name, typed whole."""
    own = {"member": OuterRef("pk")}
    states = {
        _("Closed"): Q(is_active=False),
        _("On hold"): Q(Exists(Hold.objects.standing(now).filter(**own))),
        _("No plan"): ~Q(Exists(Membership.objects.current(now).filter(**own))),
    }
    told = {pill.casefold(): state for pill, state in states.items()}
    return told.get(" ".join(query.casefold().split()), Q(pk__in=[]))
