"""Every device in one look: what it should do beside what it does, and what a person must do.

Display only. The fields are the same for every device, so that a reader finds them at one place.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Exists, OuterRef
from django.utils import formats
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.contact import lives, lost_since
from access.ending_words import why_off
from access.models import Alarm, Device, GatekeeperStatus, Peripheral, Session
from access.pages.on_its_own import on_its_own
from access.services.busy import at_machines_of
from access.services.doubts import DRIFT
from access.services.seeing import JUMP, may_be_seen
from access.troubles import CLOCK_JUMP, TROUBLES, fault_of
from equipment.words import length
from members.models import Member, Space
from members.permissions import is_staff

SAME = 2  # seconds that rounding and the way make of two clocks that agree


@dataclass(frozen=True, slots=True)
class Fact:
    """One field of a device; `wrong` says that somebody must look at it."""

    label: str
    value: str
    wrong: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """An alarm that stands, in words: what is the matter and what to do."""

    alarm: Alarm
    what: str
    todo: str
    may_be_seen: bool  # it stands until somebody says that they have seen it


@dataclass(frozen=True, slots=True)
class Line:
    """`state` and `word` are for the {% state %} of templates; `word` is empty for the usual one.

    `wrong` says that it does what it should not.
    """

    device: Device
    state: str
    word: str
    wrong: bool
    facts: tuple[Fact, ...]
    alarms: tuple[Told, ...]
    may_change: bool  # whether the looker may attach and revoke it


@dataclass(frozen=True, slots=True)
class Beat:
    """One gatekeeper; `trouble` is empty where all is well."""

    status: GatekeeperStatus
    trouble: str


@dataclass(frozen=True, slots=True)
class _Place:
    """What is known of one device beside its own row."""

    session: Session | None
    peripheral: Peripheral | None
    alarms: tuple[Alarm, ...]


def lines_for(member: Member, kinds: Collection[str], now: datetime) -> list[Line]:
    """The devices of all spaces in which `member` has such a role; those in trouble first."""
    spaces = [space for space in Space.objects.all() if member.has_role(space, kinds)]
    devices = Device.objects.filter(space__in=spaces, revoked_at=None)
    found = devices.select_related("machine__tool_class", "space", "door", "peripheral").order_by(
        "name"
    )
    places, lost = _places(found), lost_since(now)
    lines = [_line(device, places[device.pk], member, now, lost) for device in found]
    return sorted(lines, key=lambda line: (not line.alarms, not line.wrong))


def alarms_of(device: Device) -> list[Told]:
    """What stands at one device, the oldest first."""
    return [_told(alarm) for alarm in device.alarms.filter(cleared_at=None).order_by("raised_at")]


def revoked_for(member: Member, kinds: Collection[str]) -> list[Device]:
    """Those that are believed no more, for the record."""
    gone = Device.objects.exclude(revoked_at=None).select_related("space").order_by("-revoked_at")
    return [device for device in gone if member.has_role(device.space, kinds)]


def _places(devices: Iterable[Device]) -> Mapping[int, _Place]:
    ids = [device.pk for device in devices]
    open_ = Session.objects.filter(interlock__in=ids).exclude(state=Session.State.ENDED)
    sessions = {row.interlock_id: row for row in open_.select_related("member")}
    busy = Exists(at_machines_of(OuterRef("pk")))
    rows = Peripheral.objects.filter(device__in=ids).prefetch_related("machines")
    peripherals = {row.device_id: row for row in rows.annotate(busy=busy)}
    standing = Alarm.objects.filter(device__in=ids, cleared_at=None).order_by("device", "raised_at")
    alarms = {pk: tuple(group) for pk, group in groupby(standing, lambda row: row.device_id)}
    return {pk: _Place(sessions.get(pk), peripherals.get(pk), alarms.get(pk, ())) for pk in ids}


def _line(
    device: Device, place: _Place, looker: Member, now: datetime, lost: datetime | None
) -> Line:
    """`lost`: since when nobody hears the devices. Nothing said before is told as if it held."""
    wrong = lost is None and device.relay and not _may_be_on(device, place, now)
    facts = _lasting(device, now) if lost else _facts(device, place, wrong, now)
    return Line(
        device=device,
        state="offline" if lost else _state(device),
        word=_("Not known since %s") % clock(lost, now) if lost else "",
        wrong=wrong,
        facts=tuple(fact for fact in facts if fact.value),
        alarms=tuple(_told(alarm) for alarm in place.alarms),
        may_change=is_staff(looker, device.space),
    )


def _may_be_on(device: Device, place: _Place, now: datetime) -> bool:
    if place.peripheral is not None:
        return _is_wanted(place.peripheral, now)
    if place.session is not None:
        return place.session.state != Session.State.CLOSING or device.state == "grace"
    return _is_door(device)  # it buzzes


def _is_wanted(peripheral: Peripheral, now: datetime) -> bool:
    busy: bool = peripheral.busy  # type: ignore[attr-defined]  # annotated
    return busy or (peripheral.until is not None and peripheral.until > now)


def _state(device: Device) -> str:
    return device.state or "locked" if device.online else "offline"


def _facts(device: Device, place: _Place, wrong: bool, now: datetime) -> Iterable[Fact]:
    """In the order one reads them; those without a value are left out."""
    yield Fact(
        _("Should be"), _desired(device, place, now), _is_door(device) and device.lacks("door")
    )
    relay = _("on") if device.relay else _("off")
    yield Fact(_("Relay"), relay if device.is_interlock or _is_door(device) else "", wrong)
    yield Fact(_("Current"), f"{device.ma / 1000:.1f} A" if device.ma is not None else "")
    yield Fact(_("Up since"), _up_since(device, now))
    yield from _lasting(device, now)


def _lasting(device: Device, now: datetime) -> Iterable[Fact]:
    """What was so when it was last heard, and changes seldom."""
    seen = clock(device.seen_at, now) if device.seen_at else _("never")
    yield Fact(_("Last heard"), seen, not device.online)
    yield Fact(_("Firmware"), " ".join(part for part in (device.firmware, device.model) if part))
    yield Fact(_("On its own"), _alone(device, now))
    waiting = device.journal_waiting
    yield Fact(
        _("Not told yet"), ngettext("%d row", "%d rows", waiting) % waiting if waiting else ""
    )
    yield Fact(_("Its clock"), _clock_words(device), _is_clock_wrong(device))
    yield Fact(_("Fault"), str(fault_of(device.fault).short), wrong=True)
    yield Fact(_("Last error"), _last_error(device, now))
    yield Fact(_("Broker"), device.broker_error, wrong=True)


def _desired(device: Device, place: _Place, now: datetime) -> str:
    if place.peripheral is not None:
        return _run_words(place.peripheral, now)
    if _is_door(device):
        if device.lacks("door"):
            return _("opens the door for a moment, but says that it has no relay for one")
        return _("opens the door for a moment")
    if not device.is_interlock:
        return _("reads badges")
    session = place.session
    if session is None:
        return _("off")
    if session.state != Session.State.CLOSING:
        return _("on for %(who)s") % {"who": session.member.short_name}
    since = clock(session.closing_at or now, now)
    told = {"why": why_off(session.closing_code), "since": since}
    return _("off: told each second since %(since)s (%(why)s)") % told


def _run_words(peripheral: Peripheral, now: datetime) -> str:
    if not _is_wanted(peripheral, now):
        names = ", ".join(machine.name for machine in peripheral.machines.all())
        return _("off until somebody is at: %s") % names
    if peripheral.until is None:
        return _("on with its machines")
    return _("on until %s") % clock(peripheral.until, now)


def _is_door(device: Device) -> bool:
    return hasattr(device, "door")


def _up_since(device: Device, now: datetime) -> str:
    if device.seen_at is None or not device.up:
        return ""
    return clock(device.seen_at - timedelta(seconds=device.up), now)


def _alone(device: Device, now: datetime) -> str:
    """Until when it may let in, without a network, whom its list names; or why it may not."""
    if not device.takes_lists:
        return ""
    own = on_its_own(device, now)
    if own.until is None:
        return str(own.why_not)
    until = _("until %s") % clock(own.until, now)
    return _("%s, newer list on its way") % until if own.is_behind else until


def _clock_words(device: Device) -> str:
    """How far its time of day was off when it last told of a row of its own."""
    off = device.clock_off
    if off is None:
        return ""
    if abs(off) <= SAME:
        return _("as here")
    long = f"{abs(off)} s" if abs(off) < 60 else length(abs(off) // 60)
    return _("%s fast") % long if off > 0 else _("%s slow") % long


def _is_clock_wrong(device: Device) -> bool:
    return device.clock_off is not None and abs(device.clock_off) > DRIFT.total_seconds()


def _last_error(device: Device, now: datetime) -> str:
    if not device.last_error:
        return ""
    dropped = _("%s dropped") % intcomma(device.messages_dropped)
    when = clock(device.last_error_at, now) if device.last_error_at else ""
    return ", ".join(part for part in (device.last_error, when, dropped) if part)


def clock(moment: datetime, now: datetime) -> str:
    """To the second, with the day where it is not today."""
    local = localtime(moment)
    today = local.date() == localtime(now).date()
    return formats.date_format(local, "H:i:s" if today else _("j M, H:i:s"))


def _told(alarm: Alarm) -> Told:
    trouble = TROUBLES.get(alarm.code)
    if trouble is None:
        todo = _("Look at the device, and at what it says in the log.")
        return Told(alarm, alarm.words, todo, may_be_seen(alarm))
    return Told(alarm, str(trouble.what or alarm.words), str(trouble.todo), may_be_seen(alarm))


def own_alarms() -> list[Told]:
    """What stands about the gatekeeper; whether it is there at all is told by its beat."""
    what, todo = str(CLOCK_JUMP.what), str(CLOCK_JUMP.todo)
    return [
        Told(alarm, what % alarm.words, todo, may_be_seen(alarm))
        for alarm in Alarm.objects.filter(device=None, code=JUMP, cleared_at=None)
    ]


def beats(now: datetime) -> list[Beat]:
    """Every gatekeeper that ever ran, the troubled ones first."""
    found = [Beat(status, _trouble(status, now)) for status in GatekeeperStatus.objects.all()]
    return sorted(found, key=lambda beat: not beat.trouble)


def _trouble(status: GatekeeperStatus, now: datetime) -> str:
    if not lives(status, now):
        return _("It does not run. No machine unlocks; what is on locks within half a minute.")
    if not status.connected:
        return _("It has no broker. No machine unlocks; what is on locks within half a minute.")
    return status.last_error
