"""Staff see, add, attach and revoke devices, and bind new badges.

Whoever is not staff gets 403, or 404 for a thing.
"""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from access.forms.devices import AssignForm, AttachForm, DeviceForm, PartsForm, RelayTestForm
from access.models import Candidate, Device, Stranger
from access.pages.broker_line import broker_line
from access.pages.on_its_own import on_its_own
from access.pages.overview import alarms_of, beats, lines_for, own_alarms, revoked_for
from access.pages.set_up import may_choose_parts, serves, steps_of
from access.pages.standing import leaves_at
from access.permissions import candidate_for, candidates_for, device_for
from access.services import (
    DeviceError,
    assign_candidate,
    attach_device,
    register_device,
    revoke_device,
)
from access.services.enrolment import is_confirmed
from access.services.signing import cannot_sign_because
from bookings.permissions import spaces_of
from members.permissions import CARETAKERS, caretaker_required, is_staff, staff_required
from members.requests import MemberRequest
from members.services.badges import BadgeError
from members.zones import at_home

read_or_change = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@caretaker_required
@at_home
def devices(request: MemberRequest) -> HttpResponse:
    """Every device, desired beside observed, and whether the gatekeeper lives."""
    now = timezone.now()
    lines = lines_for(request.user, CARETAKERS, now)
    page = {
        "lines": lines,
        "troubled": [line.device for line in lines if line.alarms],
        "revoked": revoked_for(request.user, CARETAKERS),
        "beats": beats(now),
        "own_alarms": own_alarms(),
        "now": now,
        "may_add": is_staff(request.user),
        "strangers": Stranger.objects.all() if is_staff(request.user) else (),
        "broker": broker_line(),
    }
    return render(request, "access/device_list.html", page)


@read_or_change
@staff_required
def device_create(request: MemberRequest) -> HttpResponse:
    """Add a device; its own page leads on from there."""
    initial = {"name": request.GET.get("name", "")[:32]}
    form = DeviceForm(request.POST or None, spaces=spaces_of(request.user), initial=initial)
    device = _register(request, form) if request.method == "POST" and form.is_valid() else None
    if device is not None:
        messages.info(request, _("%s is known from now on. Give it its credential.") % device)
        return redirect("access:device_attach", device.pk)
    return render(request, "access/device_create.html", {"form": form})


def _register(request: MemberRequest, form: DeviceForm) -> Device | None:
    try:
        return register_device(by=request.user, now=timezone.now(), **form.device())
    except DeviceError as error:
        form.add_error(None, str(error))
        return None


@read_or_change
@staff_required
@at_home
def device_attach(request: MemberRequest, pk: int) -> HttpResponse:
    """One device: how far its set-up has come, its machine, its credential, its end."""
    device = device_for(request.user, pk)
    drives = serves(device)
    form = AttachForm(request.POST or None, device=device)
    if request.method == "POST" and form.is_valid() and _attach(request, device, form):
        return redirect("access:device_attach", device.pk)
    page = {
        "form": form,
        "device": device,
        "steps": steps_of(device, drives),
        "parts": PartsForm(device=device) if may_choose_parts(device) else None,
        "alarms": alarms_of(device),
        "serves": drives,
        "relay_test": RelayTestForm(),
        "alone": on_its_own(device, timezone.now()),
        "cannot_sign": cannot_sign_because(device),
        "leaves": leaves_at(device.machine, timezone.now()) if device.machine else (),
    }
    return render(request, "access/device_attach.html", page)


def _attach(request: MemberRequest, device: Device, form: AttachForm) -> bool:
    machine = form.cleaned_data["machine"]
    try:
        attach_device(device=device, machine=machine, by=request.user, now=timezone.now())
    except DeviceError as error:
        form.add_error(None, str(error))
        return False
    told = {"device": device, "machine": machine}
    words = _("%(device)s is on %(machine)s.") if machine else _("%(device)s is on no machine.")
    messages.info(request, words % told)
    return True


@read_or_change
@staff_required
def device_revoke(request: MemberRequest, pk: int) -> HttpResponse:
    """Believe a device no more, for good."""
    device = device_for(request.user, pk)
    if request.method == "POST" and _revoke(request, device):
        return redirect("access:devices")
    return render(request, "access/device_revoke.html", {"device": device})


def _revoke(request: MemberRequest, device: Device) -> bool:
    try:
        revoke_device(device=device, by=request.user, now=timezone.now())
    except DeviceError as error:
        messages.error(request, str(error))
        return False
    messages.info(request, _("%s is revoked.") % device)
    return True


@require_safe
@staff_required
@at_home
def enrol(request: MemberRequest) -> HttpResponse:
    """The new badges that wait for their person."""
    now = timezone.now()
    seen = [(candidate, is_confirmed(candidate, now)) for candidate in candidates_for(request.user)]
    return render(request, "access/candidate_list.html", {"candidates": seen})


@read_or_change
@staff_required
@at_home
def enrol_assign(request: MemberRequest, pk: int) -> HttpResponse:
    """Say whose a new badge is."""
    candidate = candidate_for(request.user, pk)
    form = AssignForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _assign(request, candidate, form):
        return redirect("access:enrol")
    return render(request, "access/candidate_assign.html", {"form": form, "candidate": candidate})


def _assign(request: MemberRequest, candidate: Candidate, form: AssignForm) -> bool:
    person = form.cleaned_data["person"]
    try:
        assign_candidate(candidate=candidate, member=person, by=request.user, now=timezone.now())
    except BadgeError as error:
        form.add_error(None, str(error))
        return False
    told = {"hint": candidate.hint, "name": person.name}
    messages.info(request, _("The badge that ends in %(hint)s is %(name)s's now.") % told)
    return True
