"""Setting a device up: its credential, shown once, and hearing its relay."""

from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from access.forms.devices import PartsForm, RelayTestForm
from access.models import Device
from access.pages.recipes import broker_for_devices, recipes_for
from access.pages.set_up import may_choose_parts
from access.permissions import device_for
from access.services.credentials import issue_credential
from access.services.devices import DeviceError
from access.services.parts import set_parts
from access.services.relay_tests import LENGTH, start_relay_test
from members.permissions import staff_required
from members.requests import MemberRequest

HEADER = settings.BASE_DIR / "firmware" / "benchkey.h"


@require_POST
@staff_required
@never_cache
def device_credential(request: MemberRequest, pk: int) -> HttpResponse:
    """A new password and key, in the answer itself and nowhere else."""
    device = device_for(request.user, pk)
    try:
        device = _with_parts(request, device)
        credential = issue_credential(
            device=device, seen_at=_seen_at(request), by=request.user, now=timezone.now()
        )
    except DeviceError as error:
        messages.error(request, str(error))
        return redirect("access:device_attach", device.pk)
    page = {
        "device": device,
        "credential": credential,
        "broker": broker_for_devices(),
        "recipes": recipes_for(device, credential),
    }
    return render(request, "access/device_credential.html", page)


def _with_parts(request: MemberRequest, device: Device) -> Device:
    """The lines to flash are those for its parts, so they are said together, or left alone."""
    if not may_choose_parts(device) or "reads_with" not in request.POST:
        return device
    form = PartsForm(request.POST, device=device)
    if not form.is_valid():
        raise DeviceError(_("Choose the reader that is built in, then make the credential."))
    return set_parts(device=device, by=request.user, now=timezone.now(), **form.parts())


def _seen_at(request: MemberRequest) -> datetime | None:
    """When the credential was made that the form knew of; nonsense is none that there ever was."""
    try:
        return parse_datetime(request.POST.get("seen_at", ""))
    except ValueError:
        return None


@require_safe
@staff_required
def firmware(request: MemberRequest) -> HttpResponse:
    """What the YAML of a native device includes. It holds nobody's secrets."""
    response = HttpResponse(HEADER.read_bytes(), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{HEADER.name}"'
    return response


@require_POST
@staff_required
def device_relay_test(request: MemberRequest, pk: int) -> HttpResponse:
    """Leave for the own tap of whoever asks, for seconds."""
    device, form = device_for(request.user, pk), RelayTestForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(form.errors["ready"][0]))
        return redirect("access:device_attach", device.pk)
    try:
        start_relay_test(device=device, by=request.user, now=timezone.now())
    except DeviceError as error:
        messages.error(request, str(error))
    else:
        told = _("Tap your badge now: the relay goes on, and off after %d seconds.")
        messages.info(request, told % LENGTH.total_seconds())
    return redirect("access:device_attach", device.pk)
