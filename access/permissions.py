"""Which badges and devices a member of staff may change: the getters that authorise."""

from django.http import Http404
from django.shortcuts import get_object_or_404

from access.models import Alarm, Candidate, Device, Door, MaintenanceGrant, Peripheral
from access.services.seeing import may_be_seen
from members.models import Member
from members.permissions import is_caretaker, is_staff


def candidates_for(member: Member) -> list[Candidate]:
    """New badges at the readers of the spaces whose staff this is, the newest first."""
    waiting = Candidate.objects.filter(assigned_to=None).select_related("device__space")
    return [candidate for candidate in waiting if is_staff(member, candidate.device.space)]


def candidate_for(member: Member, pk: int) -> Candidate:
    """One of them; 404 where it is another space's, or bound already."""
    for candidate in candidates_for(member):
        if candidate.pk == pk:
            return candidate
    raise Http404


def device_for(member: Member, pk: int) -> Device:
    """A device that is not revoked, of a space whose staff this is; else 404."""
    standing = Device.objects.filter(revoked_at=None)
    standing = standing.select_related("space", "machine__tool_class")
    device = get_object_or_404(standing, pk=pk)
    if not is_staff(member, device.space):
        raise Http404
    return device


def alarm_for(member: Member, pk: int) -> Alarm:
    """One that only happened, in a space this person takes care of, or about the gatekeeper."""
    alarm = get_object_or_404(Alarm.objects.select_related("device__space"), pk=pk)
    space = alarm.device.space if alarm.device else None
    if not is_caretaker(member, space) or not may_be_seen(alarm):
        raise Http404
    return alarm


def doors_for(member: Member) -> list[Door]:
    """Every door of the spaces whose staff this is."""
    found = Door.objects.select_related("space", "device")
    return [door for door in found if is_staff(member, door.space)]


def door_for(member: Member, pk: int) -> Door:
    """One of them; else 404."""
    door = get_object_or_404(Door.objects.select_related("space", "device"), pk=pk)
    if not is_staff(member, door.space):
        raise Http404
    return door


def peripherals_for(member: Member) -> list[Peripheral]:
    """What runs with machines in the spaces whose staff this is."""
    found = Peripheral.objects.select_related("device__space").prefetch_related("machines")
    return [one for one in found if is_staff(member, one.device.space)]


def peripheral_for(member: Member, pk: int) -> Peripheral:
    """One of them; else 404."""
    one = get_object_or_404(Peripheral.objects.select_related("device__space"), pk=pk)
    if not is_staff(member, one.device.space):
        raise Http404
    return one


def leave_to_withdraw(member: Member, pk: int) -> MaintenanceGrant:
    """Leave to mend a machine that this person takes care of; else 404."""
    standing = MaintenanceGrant.objects.filter(withdrawn_at=None)
    leave = get_object_or_404(standing.select_related("member", "machine__space"), pk=pk)
    if not is_caretaker(member, leave.machine.space):
        raise Http404
    return leave
