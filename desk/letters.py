"""For staff: what members are told, as it looks, and which messages did not get through."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from members.models import Member
from notices import mail
from notices.kinds import KINDS
from notices.manners import manner_of
from notices.models import Outbox, OutboxQuerySet, label_of
from notices.samples import SAMPLES
from notices.words import DRAWERS, title_of, why_fixed

REACH = timedelta(days=30)  # what failed longer ago is history
NO_ADDRESS = "no address"  # of people who have none and are told so at the desk: no failure


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of message in the list of all."""

    name: str
    title: str
    usual: str
    fixed: str


def kinds_by_drawer() -> list[tuple[str, list[Kind]]]:
    drawers: dict[str, list[Kind]] = {name: [] for name in DRAWERS}
    for name in KINDS:
        manner = manner_of(name)
        told = Kind(name, title_of(name), label_of(name, manner.usual), why_fixed(name))
        drawers[manner.drawer].append(told)
    return [(str(DRAWERS[name]), kinds) for name, kinds in drawers.items() if kinds]


def preview(kind: str, language: str, reader: Member) -> mail.Letter:
    """The letter of a kind with made-up facts, as `reader` would get it in that language."""
    dressed = Member(pk=reader.pk, name=reader.name, email=reader.email or "you@example.org")
    dressed.language, dressed.space = language, reader.space
    return mail.render(kind, SAMPLES[kind], dressed)


def language_of(asked: str) -> str:
    """One of the languages there are."""
    return asked if asked in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def stuck() -> OutboxQuerySet:
    """What failed and is tried again by itself; oldest first."""
    return _troubled().waiting().order_by("posted_at")


def given_up(now: datetime) -> OutboxQuerySet:
    """What is not tried any more; newest first."""
    lost = _troubled().filter(dropped_at__gt=now - REACH).exclude(last_error=NO_ADDRESS)
    return lost.order_by("-dropped_at")


def trouble_of(person: Member, now: datetime) -> str:
    """Why the newest mail that failed did not reach this person; "" where all is well."""
    mine = _troubled().filter(to=person, posted_at__gt=now - REACH).exclude(last_error=NO_ADDRESS)
    newest = mine.order_by("-posted_at").first()
    return newest.last_error if newest else ""


def _troubled() -> OutboxQuerySet:
    return Outbox.objects.exclude(last_error="").select_related("to")
