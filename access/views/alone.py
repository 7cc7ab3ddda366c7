"""Staff say whether a device may let people start while it is on its own."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from access.permissions import device_for
from access.services import allow_lists
from members.permissions import staff_required
from members.requests import MemberRequest


class AllowForm(forms.Form):
    """A button that says what it will do, whatever was changed since it was drawn."""

    allowed = forms.TypedChoiceField(
        choices=[("yes", "yes"), ("no", "no")], coerce=lambda word: word == "yes"
    )


@require_POST
@staff_required
def device_alone(request: MemberRequest, pk: int) -> HttpResponse:
    """Twice is once."""
    device, form = device_for(request.user, pk), AllowForm(request.POST)
    if form.is_valid():
        allowed = form.cleaned_data["allowed"]
        allow_lists(device=device, allowed=allowed, by=request.user, now=timezone.now())
        words = _("Without a network %s lets in whom its list names.")
        refused = _("Without a network %s lets nobody in. It hears of it with its next list.")
        messages.info(request, (words if allowed else refused) % device)
    else:
        messages.error(request, _("Say whether it may: press one of the two buttons."))
    return redirect("access:device_attach", device.pk)
