"""How far a device has come, as steps of a page: credential, first sign, tap, machine, relay.

Display only: each step is read from what is true now, so one may leave and return at any of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from access.adapters import speech_of
from access.models import AccessEvent, Device, Door, Peripheral, Session
from access.pages.sensing import amperes, read
from access.services.credentials import is_managed
from equipment.models import Machine, ToolClass
from members.models import Member

DONE, NEXT = "done", "next"
Driven = Door | Peripheral


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the timeline; `css` is done, next, or empty for what comes later."""

    name: str
    css: str
    title: str
    text: str
    url: str = ""  # where to do it, if that is another page


def may_choose_parts(device: Device) -> bool:
    """Whether the lines to flash depend on what is built into it."""
    return device.is_reader and bool(speech_of(device.speaks).reads_with)


def steps_of(device: Device, drives: Driven | None) -> list[Step]:
    """In order; the first that is not done is next. `drives`: what `serves` says of it."""
    steps = list(_steps(device, drives))
    todo = [step for step in steps if not step.css]
    return [replace(step, css=NEXT) if todo and step is todo[0] else step for step in steps]


def _steps(device: Device, drives: Driven | None) -> Iterator[Step]:
    yield _credential(device)
    yield _online(device)
    if device.is_reader:
        yield _tap(device, is_placed=bool(device.machine or drives))
    if not device.is_enrolment:
        yield _machine(device, drives)
    if device.is_interlock:
        yield _relay(device) if drives is None else _drives(device, drives)
    if device.is_interlock and device.machine is not None:
        yield from _senses(device, device.machine)


def _credential(device: Device) -> Step:
    title = _("It has its credential")
    if device.credential_at is None:
        return Step("credential", "", title, _("A password for the broker, and a key."))
    made = _("Made %s.") % _when(device.credential_at)
    return Step("credential", DONE, title, f"{made} {_known(device)}")


def _known(device: Device) -> str:
    """Whether the broker lets it in."""
    if not is_managed():
        return _("The broker is not looked after from here; it has to let the device in.")
    if device.broker_error:
        return _("The broker refused it: %s") % device.broker_error
    told = device.broker_told_at
    if told is None or (device.credential_at and told < device.credential_at):
        return _("The broker does not know it yet; it takes a second while the gatekeeper runs.")
    return _("The broker knows it.")


def _online(device: Device) -> Step:
    title = _("It is online")
    if device.seen_at is None:
        return Step("online", "", title, _("Nothing was heard of it yet. Start it, and watch."))
    if not device.online:
        return Step("online", "", title, _("Last heard %s.") % _when(device.seen_at))
    what = " ".join(filter(None, (device.firmware, device.model)))
    what = f"{what}." if what else ""
    caps = _("It says it can: %s.") % ", ".join(device.caps) if device.caps else ""
    return Step("online", DONE, title, " ".join(filter(None, (what, caps, _missing(device)))))


def _missing(device: Device) -> str:
    """What it was added as and does not say it is."""
    if device.is_interlock and device.lacks("relay") and device.lacks("door"):
        return _("It was added as an interlock and names no relay.")
    if device.is_reader and device.lacks("reader"):
        return _("It was added as a reader and names none.")
    if device.has_keypad and device.lacks("pin"):
        return _("It is to have keys for a PIN and names none. Flash it with its new lines.")
    return ""


def _tap(device: Device, *, is_placed: bool) -> Step:
    title = _("It reads badges")
    newest = AccessEvent.objects.filter(device=device, kind="tap").order_by("-id").first()
    if newest is None:
        return Step("tap", "", title, _harmless_tap(is_placed))
    whose = Member.objects.filter(pk=newest.member_id or 0).first()
    told = {"when": _when(newest.at), "hint": newest.detail.get("hint", "…")}
    if whose is None:
        text = _("Read %(when)s: a badge that ends in %(hint)s, which is nobody's.") % told
    elif "hint" in newest.detail:
        told["name"] = whose.name
        text = _("Read %(when)s: a badge that ends in %(hint)s, %(name)s's.") % told
    else:
        text = _("Read %(when)s: %(name)s's badge.") % (told | {"name": whose.name})
    return Step("tap", DONE, title, text)


def _harmless_tap(is_placed: bool) -> str:
    if is_placed:
        return _("Tap a badge at it that is nobody's. Nothing is unlocked by that.")
    return _("Tap any badge at it. Nothing is unlocked by that.")


def _machine(device: Device, drives: Driven | None) -> Step:
    title = _("It has its place")
    if drives is not None:
        return Step("machine", DONE, title, _("It serves %s.") % drives)
    if device.machine is None:
        return Step("machine", "", title, _("Until then it unlocks nothing."))
    told = _("It is on %s.") % device.machine
    return Step("machine", DONE, title, " ".join(filter(None, (told, _asks_for_more(device)))))


def _asks_for_more(device: Device) -> str:
    """A machine that asks for a PIN lets nobody in at a reader without keys."""
    machine = device.machine
    if machine is None or not device.is_reader or not device.lacks("pin"):
        return ""
    if machine.tool_class.least_credential != ToolClass.Credential.PIN:
        return ""
    return _("Its kind of machine asks for a PIN, and this reader has no keys: nobody gets in.")


def serves(device: Device) -> Driven | None:
    """What it drives in the place of a machine."""
    door = Door.objects.filter(device=device).first()
    return door or Peripheral.objects.filter(device=device).first()


def _relay(device: Device) -> Step:
    title = _("Its relay was heard")
    heard = Session.objects.filter(interlock=device, activated_at__isnull=False)
    newest = heard.select_related("member").order_by("-id").first()
    if newest is None:
        return Step("relay", "", title, _("Once it is on a machine, switch it on for a moment."))
    told = {"when": _when(newest.activated_at), "name": newest.member.short_name}
    return Step("relay", DONE, title, _("%(name)s switched it on, last on %(when)s.") % told)


def _drives(device: Device, drives: Driven) -> Step:
    """Of a door or an extractor, which have no sessions: what it was last told to do."""
    lines = AccessEvent.objects.filter(device=device).order_by("-id")
    if isinstance(drives, Door):
        title, todo = _("It opens"), _("Tap a badge that may come in now, and listen.")
        newest = lines.filter(kind="tap", code="door-open").first()
        told = _("Last told to open %s.")
    else:
        title, todo = _("It runs"), _("Switch on a machine it runs with, and listen.")
        newest = lines.filter(kind="run", code="offered").first()
        told = _("Last told to run %s.")
    if newest is None:
        return Step("relay", "", title, todo)
    return Step("relay", DONE, title, told % _when(newest.at))


def _senses(device: Device, machine: Machine) -> Iterator[Step]:
    """Where there is something to measure with, or the machine asks for it."""
    if device.ma is None and machine.feedback != Machine.Feedback.CURRENT:
        return
    title, reading = _("It senses current"), read(device, machine)
    url = reverse("access:sensing", args=[machine.slug])
    if not machine.may_sense:
        told = _("It measures %(amperes)s, and %(machine)s makes no use of it.")
        text = told % {"amperes": reading.amperes, "machine": machine}
        yield Step("senses", DONE, title, text, url)
    elif reading.warning:
        yield Step("senses", "", title, reading.warning, url)
    elif reading.seen_at is None:
        told = _(
            "It measures %(amperes)s. Start a job that draws %(threshold)s or more, and watch."
        )
        figures = {"amperes": reading.amperes, "threshold": amperes(machine.run_above_ma)}
        yield Step("senses", "", title, told % figures, url)
    else:
        seen = _("A job was last seen to begin %s.") % _when(reading.seen_at)
        yield Step("senses", DONE, title, seen, url)


def _when(at: datetime | None) -> str:
    return date_format(localtime(at), _("j M, H:i:s"))
