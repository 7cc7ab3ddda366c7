"""Staff set up doors, when each plan opens them, and what runs with machines."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from access.forms.doors import DoorForm, PeripheralForm
from access.models import Door, Peripheral
from access.pages.week_words import week_line
from access.permissions import door_for, doors_for, peripheral_for, peripherals_for
from access.services.devices import DeviceError
from access.services.keeping import (
    keep_door,
    keep_peripheral,
    remove_door,
    remove_peripheral,
    set_door_hours,
)
from bookings.forms.hours import WeekForm, typed_week
from bookings.permissions import spaces_of
from members.models import Plan
from members.permissions import staff_required
from members.requests import MemberRequest

read_or_change = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@staff_required
def doors(request: MemberRequest) -> HttpResponse:
    """Every door and everything that runs with machines, of the spaces whose staff this is."""
    shown = {"doors": doors_for(request.user), "peripherals": peripherals_for(request.user)}
    return render(request, "access/door_list.html", shown)


@read_or_change
@staff_required
def door_create(request: MemberRequest) -> HttpResponse:
    form = DoorForm(request.POST or None, spaces=spaces_of(request.user))
    if request.method == "POST" and form.is_valid():
        door = _keep_door(request, form, None)
        if door is not None:
            messages.success(request, _("%s is there. Say which plans open it, and when.") % door)
            return redirect("access:door_edit", door.pk)
    return render(request, "access/door_create.html", {"form": form})


@read_or_change
@staff_required
def door_edit(request: MemberRequest, pk: int) -> HttpResponse:
    """Its reader and its seconds; and who may come in when, plan by plan."""
    door = door_for(request.user, pk)
    device = door.device.name if door.device else None
    initial = {"name": door.name, "device": device, "seconds": door.pulse_ms // 1000}
    form = DoorForm(request.POST or None, spaces=[door.space], door=door, initial=initial)
    if request.method == "POST" and form.is_valid() and _keep_door(request, form, door):
        messages.success(request, _("Saved."))
        return redirect("access:door_edit", door.pk)
    return render(request, "access/door_edit.html", {"form": form, "door": door, **_plans(door)})


def _plans(door: Door) -> dict[str, Any]:
    windows = list(door.windows.all())
    weeks = [
        (plan, week_line(row for row in windows if row.plan_id == plan.pk))
        for plan in Plan.objects.all()
    ]
    return {"weeks": weeks}


def _keep_door(request: MemberRequest, form: DoorForm, door: Door | None) -> Door | None:
    given = form.cleaned_data
    try:
        return keep_door(
            door=door,
            space=door.space if door else given["space"],
            name=given["name"],
            device=given["device"],
            pulse_ms=given["seconds"] * 1000,
            by=request.user,
            now=timezone.now(),
        )
    except DeviceError as error:
        form.add_error(None, str(error))
        return None


@read_or_change
@staff_required
def door_hours(request: MemberRequest, pk: int, slug: str) -> HttpResponse:
    """When members on one plan may come in, each day as one line."""
    door, plan = door_for(request.user, pk), get_object_or_404(Plan, slug=slug)
    initial = typed_week(door.windows.filter(plan=plan))
    form = WeekForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        now = timezone.now()
        set_door_hours(door=door, plan=plan, weekly=form.weekly, by=request.user, now=now)
        messages.success(request, _("The hours are saved."))
        return redirect("access:door_edit", door.pk)
    return render(request, "access/door_hours.html", {"form": form, "door": door, "plan": plan})


@require_POST
@staff_required
def door_remove(request: MemberRequest, pk: int) -> HttpResponse:
    door = door_for(request.user, pk)
    remove_door(door=door, by=request.user, now=timezone.now())
    messages.info(request, _("%s is removed. Its reader opens nothing any more.") % door)
    return redirect("access:doors")


@read_or_change
@staff_required
def peripheral_create(request: MemberRequest) -> HttpResponse:
    form = PeripheralForm(request.POST or None, spaces=spaces_of(request.user))
    if request.method == "POST" and form.is_valid() and _keep_peripheral(request, form, None):
        return redirect("access:doors")
    return render(request, "access/peripheral_create.html", {"form": form})


@read_or_change
@staff_required
def peripheral_edit(request: MemberRequest, pk: int) -> HttpResponse:
    peripheral = peripheral_for(request.user, pk)
    initial = {
        "name": peripheral.name,
        "device": peripheral.device.name,
        "machines": [machine.slug for machine in peripheral.machines.all()],
        "run_on_seconds": peripheral.run_on_seconds,
    }
    form = PeripheralForm(
        request.POST or None,
        spaces=[peripheral.device.space],
        peripheral=peripheral,
        initial=initial,
    )
    if request.method == "POST" and form.is_valid() and _keep_peripheral(request, form, peripheral):
        return redirect("access:doors")
    return render(request, "access/peripheral_edit.html", {"form": form, "peripheral": peripheral})


def _keep_peripheral(
    request: MemberRequest, form: PeripheralForm, peripheral: Peripheral | None
) -> bool:
    try:
        kept = keep_peripheral(
            peripheral=peripheral, by=request.user, now=timezone.now(), **form.cleaned_data
        )
    except DeviceError as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, _("%s runs with its machines.") % kept)
    return True


@require_POST
@staff_required
def peripheral_remove(request: MemberRequest, pk: int) -> HttpResponse:
    peripheral = peripheral_for(request.user, pk)
    remove_peripheral(peripheral=peripheral, by=request.user, now=timezone.now())
    messages.info(request, _("%s is removed. It stops within half a minute.") % peripheral)
    return redirect("access:doors")
