"""Staff say whether a device must sign all that it says."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from access.permissions import device_for
from access.services.devices import DeviceError
from access.services.signing import require_signatures
from members.permissions import staff_required
from members.requests import MemberRequest


class RequireForm(forms.Form):
    """A button that says what it will do, whatever was changed since it was drawn."""

    required = forms.TypedChoiceField(
        choices=[("yes", "yes"), ("no", "no")], coerce=lambda word: word == "yes"
    )


@require_POST
@staff_required
def device_signing(request: MemberRequest, pk: int) -> HttpResponse:
    """Twice is once."""
    device, form = device_for(request.user, pk), RequireForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say whether it must: press one of the two buttons."))
        return redirect("access:device_attach", device.pk)
    required = form.cleaned_data["required"]
    try:
        require_signatures(device=device, required=required, by=request.user, now=timezone.now())
    except DeviceError as error:
        messages.error(request, str(error))
    else:
        words = _("What comes unsigned in the name of %s is dropped from now on.")
        counts = _("What %s says counts unsigned, too.")
        messages.info(request, (words if required else counts) % device)
    return redirect("access:device_attach", device.pk)
