"""What this room forgets of a person. Numbers, dates and outcomes stay: they are the safety record.

Each room above has such a module and registers it; they are asked from the top down, and this one
and the messages last. Whether anything stands in the way is not asked here.
"""

import secrets
from datetime import datetime
from typing import Any, Protocol

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db.models import Q
from django.utils.translation import gettext as _

from members.models import AccessEpoch, Change, GuardianRequest, Member, Signature
from members.models.guardian import mark_of
from members.services.badges import revoke_badge
from members.services.guardian_requests import close
from members.services.memberships import end_membership, take_back_membership
from members.services.sign_ins import end_sessions
from notices.services.forgetting import forget as forget_messages

GONE = "…"  # where a column must say something
# What people write about somebody, wherever it stands in the record of a change.
WORDS = frozenset({"name", "email", "note", "why", "reason", "remedy", "set_aside", "file"})


class Forget(Protocol):
    def __call__(self, *, member: Member, by: Member, now: datetime) -> None: ...


ROOMS: list[Forget] = []


def register_forgetting(forget: Forget) -> None:
    """Call from AppConfig.ready(): a room that holds words about people."""
    ROOMS.append(forget)


def forget_everywhere(*, member: Member, by: Member, now: datetime) -> None:
    """In the caller's transaction, locked. Raises what a room refuses with."""
    for forget in reversed(ROOMS):
        forget(member=member, by=by, now=now)
    _forget_here(member, by, now)
    forget_messages(to=member)  # last: the others still post


def _forget_here(member: Member, by: Member, now: datetime) -> None:
    """The person becomes a number: no name, address, badge, role or way in."""
    for to_come in member.memberships.filter(starts__gt=now).order_by("-starts"):
        take_back_membership(membership=to_come, by=by, now=now)
    for membership in member.memberships.current(now).filter(starts__lt=now):
        end_membership(membership=membership, until=now, by=by, now=now)
    member.plan_requests.filter(answered_at=None).update(answered_at=now, answered_by=by)
    _forget_badges(member, by, now)
    _forget_guardians(member, now)
    _forget_words(member)
    _forget_ways_in(member)
    _forget_in_changes(member)
    member.roles.all().delete()
    member.name = _("Former member %d") % member.pk
    member.email, member.guardian, member.space, member.pin_hash = None, None, None, None
    member.adult_from, member.is_active, member.anonymised_at = None, False, now
    member.set_unusable_password()
    member.save()
    AccessEpoch.bump()


def _forget_badges(member: Member, by: Member, now: datetime) -> None:
    """The number's hash goes too: a badge that is found must lead to nobody."""
    for badge in member.badges.filter(revoked_at=None):
        revoke_badge(badge=badge, by=by, now=now)
    for badge in member.badges.all():
        badge.number_hash, badge.number_sealed = secrets.token_bytes(32), b""
        badge.hint = GONE
        badge.save(update_fields=["number_hash", "number_sealed", "hint"])


def _forget_guardians(member: Member, now: datetime) -> None:
    """Whom they named, and who named them."""
    named = GuardianRequest.objects.filter(mark=mark_of(member.email or ""))
    rows = named | GuardianRequest.objects.filter(Q(ward=member) | Q(guardian=member))
    for asked in rows.filter(state=GuardianRequest.State.OPEN):
        close(asked, GuardianRequest.State.WITHDRAWN, now)
    rows.update(mark="")


def _forget_words(member: Member) -> None:
    member.holds.update(reason=GONE, remedy=GONE)
    member.signatures.update(name="", note="")
    Signature.objects.filter(by=member, on_paper=False).update(name="")  # as a guardian
    member.guests.update(name=GONE)
    member.pauses.update(why="")
    member.memberships.update(ended_why="")


def _forget_ways_in(member: Member) -> None:
    end_sessions(member)
    Authenticator.objects.filter(user=member).delete()
    EmailAddress.objects.filter(user=member).delete()


def _forget_in_changes(member: Member) -> None:
    """Who did what, and when, stays by number; names and addresses within it go."""
    told = {member.name, member.email} - {None, ""}
    for change in Change.objects.filter(Q(actor=member) | Q(on_behalf_of=member)).iterator():
        before, after = _without(change.before, told), _without(change.after, told)
        if (before, after) != (change.before, change.after):
            Change.objects.filter(pk=change.pk).update(before=before, after=after)


def _without(value: Any, told: set[Any]) -> Any:
    if isinstance(value, dict):
        return {key: GONE if key in WORDS else _without(part, told) for key, part in value.items()}
    if isinstance(value, list):
        return [_without(part, told) for part in value]
    return GONE if value in told else value
