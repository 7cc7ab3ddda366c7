"""Alarms: a line in the log and word to the staff of the space, once a while for the same thing."""

from django.utils import translation
from django.utils.functional import Promise

from access.records import Box
from access.services.batch import Batch
from equipment.services.lockouts import staff_of
from members.models import Space
from notices.services import post


def alarm(batch: Batch, box: Box, code: str, words: Promise, *, sid: str = "") -> None:
    """Something a person must look at. `words` are for staff, each in their own language.

    `sid` tells two sessions apart.
    """
    key = box.name, code, sid
    if key in batch.alarms or not batch.watch.may_alarm(key, batch.mono):
        return
    batch.alarms.append(key)
    batch.note(
        "alarm",
        code,
        device_id=box.id,
        boot=box.boot,
        machine_id=box.machine_id,
        sid=sid,
        detail={"words": str(words)},
    )
    about = sid or f"{batch.now:%Y%m%d%H%M}"
    for person in staff_of(Space.objects.get(pk=box.space_id)):
        with translation.override(person.language):
            told = str(words)
        post(
            to=person,
            kind="alarm",
            key=f"alarm-{box.name}-{code}-{about}-{person.pk}"[:120],
            context={"device": box.name, "words": told, "code": code},
            at=batch.now,
        )
