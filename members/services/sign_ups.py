"""Sign-ups by oneself: whoever never showed that the address is theirs is nobody's member yet.

Knows no forms. People whom staff made or brought in have nothing to confirm, with mail or without.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, ProtectedError, Q, QuerySet

from members.models import Change, Hold, Member, Membership
from members.services.changes import record
from members.services.documents import ask_newcomer
from notices.services.forgetting import forget as forget_messages

LASTS = timedelta(days=7)
OWN_DOING = ("sign_up", "ask_to_sign")  # what is written of everybody who signs up


@transaction.atomic
def signed_up(*, member: Member, now: datetime) -> None:
    """Somebody filled in the form; whether the address is theirs is not known yet."""
    member.unconfirmed_since = now
    member.save(update_fields=["unconfirmed_since"])
    record(actor=member, verb="sign_up", subject=member, at=now)
    ask_newcomer(member=member, now=now)


@transaction.atomic
def confirm(*, member: Member, now: datetime) -> None:
    """The code was typed, or a link in a mail was opened: the address is theirs. Twice is once."""
    waiting = Member.objects.filter(pk=member.pk).exclude(unconfirmed_since=None)
    if waiting.update(unconfirmed_since=None):
        member.unconfirmed_since = None
        record(actor=member, verb="confirm_address", subject=member, at=now)


def for_lists() -> QuerySet[Member]:
    """Whom lists of many offer: the confirmed, and whom staff gave a membership in person."""
    has_plan = Exists(Membership.objects.filter(member=OuterRef("pk")))
    return Member.objects.filter(
        Q(unconfirmed_since=None) | has_plan, is_active=True, anonymised_at=None
    )


def forget_unconfirmed(*, now: datetime) -> int:
    """Delete sign-ups that nobody confirmed in a week and nobody did anything about; how many."""
    over = Member.objects.filter(unconfirmed_since__lte=now - LASTS)
    return sum(_forget(member, now) for member in over.order_by("pk"))


def _forget(member: Member, now: datetime) -> bool:
    """Whatever else points to them shows that somebody served them: then they stay."""
    if member.roles.exists() or member.watches.exists():
        return False
    try:
        with transaction.atomic():
            locked = Member.objects.select_for_update().get(pk=member.pk)
            if locked.unconfirmed_since is None:
                return False
            _forget_what_signing_up_wrote(locked)
            record(actor=None, verb="forget_sign_up", subject=locked, at=now)
            locked.delete()
    except ProtectedError:
        return False
    return True


def _forget_what_signing_up_wrote(member: Member) -> None:
    about = Q(actor=member) | Q(on_behalf_of=member)
    Change.objects.filter(about, verb__in=OWN_DOING).delete()
    Hold.objects.filter(member=member).exclude(document=None).delete()
    forget_messages(to=member)
