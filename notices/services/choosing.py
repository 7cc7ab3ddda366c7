"""How a person wishes to be told: by kind, and not at night."""

from collections.abc import Iterable, Mapping
from datetime import datetime, time

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from notices.kinds import KINDS
from notices.manners import NONE, NOW, choice_of, manner_of, stoppable, topic_of
from notices.models import Outbox, QuietHours, Wish


def wishes_of(member: AbstractBaseUser) -> dict[str, str]:
    """Kind → choice, of what the person has chosen."""
    return dict(Wish.objects.filter(member_id=member.pk).values_list("kind", "choice"))


@transaction.atomic
def choose(*, member: AbstractBaseUser, choices: Mapping[str, str], now: datetime) -> None:
    """Take over what the person chose; a kind that cannot be turned off stays as it is.

    What waited for a digest of a kind that is now mailed at once leaves with the next round.
    """
    allowed = {
        kind: choice for kind, choice in choices.items() if choice_of(kind, choice) == choice
    }
    rows = [Wish(member_id=member.pk, kind=kind, choice=choice) for kind, choice in allowed.items()]
    Wish.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["member", "kind"], update_fields=["choice"]
    )
    at_once = [kind for kind, choice in allowed.items() if choice == NOW]
    kinds = [kind for kind in KINDS if topic_of(kind) in at_once]
    waiting = Outbox.objects.waiting().filter(to_id=member.pk, kind__in=kinds, letter=None)
    waiting.exclude(digest_at=None).update(digest_at=None, at=now)


def stop(*, member: AbstractBaseUser, kinds: Iterable[str], now: datetime) -> list[str]:
    """No more mail of these kinds, where they can be turned off; which ones that were."""
    stopped = stoppable(set(kinds))
    choose(member=member, choices=dict.fromkeys(stopped, NONE), now=now)
    return stopped


def keep_quiet(*, member: AbstractBaseUser, hours: tuple[time, time] | None) -> None:
    """No mail between these times of the day; None ends it."""
    rows = QuietHours.objects
    if hours is None:
        rows.filter(member_id=member.pk).delete()
        return
    starts, ends = hours
    rows.update_or_create(member_id=member.pk, defaults={"starts": starts, "ends": ends})


def wanting(kind: str, members: Iterable[int]) -> set[int]:
    """Who of these (by id) wants to hear of a kind that is told only to those who asked."""
    asked = set(members)
    if not manner_of(kind).asked_for:
        return asked
    wishes = Wish.objects.filter(kind=kind, member__in=asked).exclude(choice=NONE)
    return set(wishes.values_list("member_id", flat=True))
