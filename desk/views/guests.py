"""Guests: a member signs one in on the phone, the desk sees who is there."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from desk.membership_forms import GuestForm
from desk.places import desk_of, shown_space
from members.form_pages import refusals_told
from members.models import Guest
from members.permissions import is_staff, staff_required
from members.requests import MemberRequest
from members.services.guests import guests_in, sign_in_guest, sign_out_guest


@require_POST
@login_required
def guest_sign_in(request: MemberRequest) -> HttpResponse:
    """By the member who answers for them, in their own space."""
    form, space = GuestForm(request.POST), shown_space(request)
    if space is None:
        raise Http404
    if not form.is_valid():
        messages.error(request, _("Write the name of your guest."))
        return redirect("desk:my_membership")
    name = form.cleaned_data["name"]
    told = {"space": space, "name": name, "now": timezone.now()}
    with refusals_told(request):
        sign_in_guest(host=request.user, by=request.user, **told)
        messages.success(request, _("%s is your guest today.") % name)
    return redirect("desk:my_membership")


@require_POST
@login_required
def guest_sign_out(request: MemberRequest, pk: int) -> HttpResponse:
    """By their host, or at the desk of the space."""
    guest = get_object_or_404(Guest.objects.select_related("space", "host"), pk=pk)
    at_desk = is_staff(request.user, guest.space)
    if guest.host_id != request.user.pk and not at_desk:
        raise Http404
    sign_out_guest(guest=guest, by=request.user, now=timezone.now())
    messages.success(request, _("%s has left.") % guest.name)
    if guest.host_id == request.user.pk:
        return redirect("desk:my_membership")
    return redirect("desk:guests")


@require_safe
@staff_required
def guests(request: MemberRequest) -> HttpResponse:
    """Who is in, with whom."""
    space, now = desk_of(request), timezone.now()
    if space is None or not is_staff(request.user, space):
        raise Http404
    with timezone.override(space.tz):
        page = {"space": space, "guests": list(guests_in(space, now))}
        return render(request, "desk/guests.html", page)
