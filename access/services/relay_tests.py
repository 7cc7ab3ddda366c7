"""Hearing the relay of a device that was just put on its machine, within the rules of the wire.

Nothing here switches: it is leave to mend (access/services/maintenance.py) for the person who asks,
so short that whoever taps at once hears the relay go on, and off again by itself. Only a live tap
of theirs energises, and it is on record like any other session. One person will do at every
machine: nobody works at it, and whoever asked stands there to listen, for seconds.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from access.models import Device, MaintenanceGrant, Session
from access.services.devices import DeviceError
from bookings.models import Booking
from equipment.models import Lockout, Machine
from members.models import AccessEpoch, Badge, Member
from members.services import record

LENGTH = timedelta(seconds=20)  # to walk the step to the reader, and to hear it


@transaction.atomic
def start_relay_test(*, device: Device, by: Member, now: datetime) -> MaintenanceGrant:
    """Until `now` + LENGTH a tap of `by` switches the device's machine on. Raises DeviceError."""
    machine = device.machine
    if machine is None:
        raise DeviceError(_("It is on no machine. Put it on one first."))
    _sound(machine, by, now)
    standing = MaintenanceGrant.objects.filter(machine=machine, member=by, withdrawn_at=None)
    standing.filter(until__gt=now).update(withdrawn_at=now)
    leave = MaintenanceGrant.objects.create(
        machine=machine,
        member=by,
        why=_("Relay test of %(device)s") % {"device": device},
        one_person=True,
        given_by=by,
        since=now,
        until=now + LENGTH,
    )
    after = {"machine": machine.pk, "until": leave.until.isoformat()}
    record(actor=by, verb="test_relay", subject=device, at=now, after=after)
    AccessEpoch.bump()
    return leave


def _sound(machine: Machine, by: Member, now: datetime) -> None:
    """Whatever else would make a tap switch on, or for longer, comes first."""
    if Lockout.objects.filter(machine=machine, cleared_at=None).exists():
        told = _("%s is locked out. Clear that first, then test.")
        raise DeviceError(told % machine)
    if not machine.has_interlock:
        told = _("%s has no interlock: no relay will be heard.")
        raise DeviceError(told % machine)
    if Session.objects.filter(machine=machine).exclude(state=Session.State.ENDED).exists():
        told = _("Somebody is at %s. Wait until it is free, then test.")
        raise DeviceError(told % machine)
    claims = Booking.objects.filter(machine=machine, holds=True, starts__lte=now)
    if claims.filter(blocked_until__gt=now).exists():
        told = _("%s is booked just now. Test when it is free, or let whoever booked it tap.")
        raise DeviceError(told % machine)
    if not Badge.objects.filter(member=by, revoked_at=None).exists():
        raise DeviceError(_("You have no badge to tap with. Bind one to yourself first."))
