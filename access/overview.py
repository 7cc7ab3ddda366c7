"""Every device as one line: what it should do beside what it says it does. Display only."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from access.models import Device, GatekeeperStatus, Session
from members.models import Member, Space
from members.permissions import is_staff

DEAD = timedelta(seconds=10)  # a gatekeeper beats every two


@dataclass(frozen=True, slots=True)
class Line:
    """`state` is for the {% state %} of templates; `wrong` says that the two differ."""

    device: Device
    state: str
    desired: str
    observed: str
    wrong: bool
    current: str
    may_change: bool  # whether the looker may attach and revoke it


@dataclass(frozen=True, slots=True)
class Beat:
    """One gatekeeper; `trouble` is empty where all is well."""

    status: GatekeeperStatus
    trouble: str


def lines_for(member: Member, kinds: Collection[str]) -> list[Line]:
    """The devices of all spaces in which `member` has such a role."""
    spaces = [space for space in Space.objects.all() if member.has_role(space, kinds)]
    devices = Device.objects.filter(space__in=spaces).select_related("machine", "space")
    rows = Session.objects.filter(interlock__in=devices).exclude(state=Session.State.ENDED)
    sessions = {session.interlock_id: session for session in rows.select_related("member")}
    return [_line(device, sessions.get(device.pk), member) for device in devices]


def _line(device: Device, session: Session | None, looker: Member) -> Line:
    closing = session is not None and session.state == Session.State.CLOSING
    return Line(
        device=device,
        state=_state(device),
        desired=_desired(device, session),
        observed=_("on") if device.relay else _("off"),
        wrong=device.relay and (session is None or closing),
        current=f"{device.ma / 1000:.1f} A" if device.ma is not None else "",
        may_change=device.revoked_at is None and is_staff(looker, device.space),
    )


def _state(device: Device) -> str:
    return device.state or "locked" if device.online else "offline"


def _desired(device: Device, session: Session | None) -> str:
    if device.revoked_at is not None:
        return _("nothing, it is revoked")
    if not device.is_interlock:
        return _("reads badges")
    if session is None:
        return _("off")
    told = {"who": session.member.short_name, "why": session.closing_code}
    if session.state == Session.State.CLOSING:
        return _("off, told so: %(why)s") % told
    return _("on for %(who)s") % told


def beats(now: datetime) -> list[Beat]:
    """Every gatekeeper that ever ran, the troubled ones first."""
    found = [Beat(status, _trouble(status, now)) for status in GatekeeperStatus.objects.all()]
    return sorted(found, key=lambda beat: not beat.trouble)


def _trouble(status: GatekeeperStatus, now: datetime) -> str:
    if now - status.beat_at > DEAD:
        return _("It does not run. No machine unlocks; what is on locks within half a minute.")
    if not status.connected:
        return _("It has no broker. No machine unlocks; what is on locks within half a minute.")
    return status.last_error
