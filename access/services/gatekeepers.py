"""Alarms about the gatekeeper itself: raised by the worker, who lives on when it does not."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import translation

from access import contact
from access.models import AccessEvent, Alarm, GatekeeperStatus
from access.troubles import CLOCK_JUMP, OwnCode, is_old
from equipment.services.lockouts import staff_of
from members.models import Member, Space
from notices.services import post

GONE = timedelta(minutes=2)  # without a broker, or a sign of life; a restart takes seconds
TWICE = timedelta(seconds=50)  # between two looks: the first may come before it has started
STEADY = timedelta(minutes=10)  # connected for so long, it works again: what flaps is told once


@transaction.atomic
def look_at_gatekeepers(*, now: datetime) -> None:
    """Each minute: send word once when none hears the devices, and once when one does again."""
    lost = contact.lost_since(now)
    standing = _standing("no-gatekeeper")
    if lost is not None:
        _miss(standing or _raise("no-gatekeeper", "", now), lost, now)
    elif standing is not None:
        _welcome(standing, now)


def _miss(alarm: Alarm, lost: datetime, now: datetime) -> None:
    if alarm.told_at is not None or now - lost < GONE or now - alarm.raised_at < TWICE:
        return
    alarm.raised_at, alarm.told_at = min(alarm.raised_at, lost), now
    alarm.save(update_fields=["raised_at", "told_at"])
    runs = any(contact.lives(status, now) for status in GatekeeperStatus.objects.all())
    told = {"since": lost.isoformat(), "runs": runs}
    AccessEvent.objects.create(at=now, kind="alarm", code="no-gatekeeper")
    _tell_all(alarm, "gatekeeper-gone", now, lambda: told)


def _welcome(alarm: Alarm, now: datetime) -> None:
    """What nobody was told of is over at once; else it has to last, so that it is told once."""
    heard = contact.heard_since(now)
    if alarm.told_at is not None and (heard is None or now - heard < STEADY):
        return
    alarm.cleared_at = now
    alarm.save(update_fields=["cleared_at"])
    if alarm.told_at is not None and heard is not None:
        told = {"since": alarm.raised_at.isoformat(), "until": heard.isoformat()}
        _tell_all(alarm, "gatekeeper-back", now, lambda: told)


@transaction.atomic
def note_jump(*, seconds: int, now: datetime) -> None:
    """Its wall clock was set: on record each time, and an alarm until staff have seen it."""
    AccessEvent.objects.create(at=now, kind="alarm", code="clock-jump", detail={"seconds": seconds})
    standing = _standing("clock-jump")
    if standing is not None and not is_old(standing.raised_at, now):
        return
    if standing is not None:
        standing.cleared_at = now
        standing.save(update_fields=["cleared_at"])
    words = f"{seconds:+d} s"
    alarm = _raise("clock-jump", words, now)
    told = CLOCK_JUMP
    _tell_all(alarm, "alarm", now, lambda: {"words": f"{str(told.what) % words} {told.todo}"})


def _standing(code: OwnCode) -> Alarm | None:
    rows = Alarm.objects.select_for_update(no_key=True)
    return rows.filter(device=None, code=code, cleared_at=None).first()


def _raise(code: OwnCode, words: str, now: datetime) -> Alarm:
    """The one that stands, where another gatekeeper was faster."""
    said = {"words": words, "raised_at": now}
    alarm, _made = Alarm.objects.get_or_create(
        code=code, device=None, cleared_at=None, defaults=said
    )
    return alarm


def _tell_all(
    alarm: Alarm, kind: str, now: datetime, told: Callable[[], Mapping[str, object]]
) -> None:
    """All staff, each in their own language: it is everybody's gatekeeper."""
    people: dict[int, Member] = {}
    for space in Space.objects.all():
        people |= {person.pk: person for person in staff_of(space)}
    for person in people.values():
        with translation.override(person.language):
            context = told()
        key = f"{kind}-{alarm.code}-{alarm.pk}-{person.pk}"
        post(to=person, kind=kind, key=key, context=dict(context), at=now)
