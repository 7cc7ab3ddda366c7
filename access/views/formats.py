"""How a reader sends the numbers of badges: found by tapping one, and set."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from access.badge_formats import Found, find_format
from access.models import Device
from access.permissions import device_for
from access.services.devices import set_badge_format
from members.permissions import staff_required
from members.requests import MemberRequest
from members.zones import at_home


class PrintedForm(forms.Form):
    """What stands on the badge that was tapped."""

    printed = forms.CharField(
        label=gettext_lazy("Number printed on the badge"),
        max_length=40,
        help_text=gettext_lazy("Such as 0004660480 or 04:A1:1C:E0. Tap that badge first."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )


class FormatForm(forms.Form):
    """For those who know it."""

    badge_format = forms.ChoiceField(
        label=gettext_lazy("It sends numbers in"), choices=Device.BadgeFormat.choices
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
@at_home
def badge_format(request: MemberRequest, pk: int) -> HttpResponse:
    """Tap one to detect; or choose."""
    device = device_for(request.user, pk)
    by_hand = "badge_format" in request.POST
    found = PrintedForm(None if by_hand else request.POST or None)
    chosen = FormatForm(
        request.POST if by_hand else None, initial={"badge_format": device.badge_format}
    )
    if by_hand and chosen.is_valid():
        return _set(request, device, chosen.cleaned_data["badge_format"])
    if not by_hand and request.method == "POST" and found.is_valid():
        seen = find_format(device, found.cleaned_data["printed"], timezone.now())
        if len(seen.formats) == 1:
            return _set(request, device, seen.formats[0])
        found.add_error("printed", _why_not(seen))
    page = {"device": device, "found": found, "chosen": chosen}
    return render(request, "access/badge_format.html", page)


def _set(request: MemberRequest, device: Device, fmt: str) -> HttpResponse:
    set_badge_format(device=device, badge_format=fmt, by=request.user, now=timezone.now())
    told = {"device": device, "format": Device.BadgeFormat(fmt).label}
    messages.success(request, _("%(device)s sends numbers in %(format)s. It is set so.") % told)
    return redirect("access:badge_format", device.pk)


def _why_not(seen: Found) -> str:
    if seen.at is None:
        return _("Nobody tapped there in the last five minutes. Tap the badge, then send this.")
    if seen.formats:
        return _("Several formats fit that number. Tap another badge, and type what it says.")
    return _("No format makes that number the one tapped last. Look at the number, or tap again.")
