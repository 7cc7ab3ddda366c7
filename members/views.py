"""A member's own page: who they are here, what they hold, and what stands in their way."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members.forms import PinForm, ProfileForm
from members.languages import in_language
from members.permissions import password_again
from members.requests import MemberRequest
from members.second_factor import has_one
from members.services import revoke_badge
from members.services.pins import remove_pin, set_pin
from members.services.profiles import update_profile
from members.zones import at_home


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@at_home
def profile(request: MemberRequest) -> HttpResponse:
    """Show all that Benchkey holds of the member, and take over what they change."""
    member, now = request.user, timezone.now()
    told = {"name": member.name, "language": member.language, "space": member.space}
    form = ProfileForm(request.POST or None, initial=told)
    if request.method == "POST" and form.is_valid():
        update_profile(member=member, by=member, now=now, **form.cleaned_data)
        return in_language(member.language, redirect("members:profile"))
    page = {
        "form": form,
        "badges": member.badges.filter(revoked_at=None),
        "holds": member.holds.standing(now),
        "now": now,
    }
    return render(request, "members/profile_show.html", page)


@require_safe
@login_required
def wake_roles(request: MemberRequest) -> HttpResponse:
    """What lets a role count that rests; who has none of them, or nothing to wake, goes on."""
    onward = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(onward, allowed_hosts={request.get_host()}):
        onward = reverse("desk:home")
    if not request.user.roles_rest:
        return redirect(onward)
    page = {
        "has_one": has_one(request.user),
        "show_url": f"{reverse('mfa_reauthenticate')}?{urlencode({'next': onward})}",
    }
    return render(request, "members/role_wake.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@at_home
def badge_lose(request: MemberRequest, pk: int) -> HttpResponse:
    """A lost badge opens nothing from the moment its owner says so."""
    badge = get_object_or_404(request.user.badges.filter(revoked_at=None), pk=pk)
    if request.method == "POST":
        revoke_badge(badge=badge, by=request.user, now=timezone.now())
        messages.info(request, _("That badge opens nothing any more. Get another one at the desk."))
        return redirect("members:profile")
    return render(request, "members/badge_lose.html", {"badge": badge})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@password_again
def pin_set(request: MemberRequest) -> HttpResponse:
    """A PIN of one's own; nobody else ever chooses or sees it."""
    form = PinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        set_pin(member=request.user, pin=form.cleaned_data["pin"], now=timezone.now())
        messages.success(request, _("Your PIN is set. Type it at readers that ask for one."))
        return redirect("members:profile")
    return render(request, "members/pin_set.html", {"form": form})


@require_POST
@login_required
@password_again
def pin_remove(request: MemberRequest) -> HttpResponse:
    """Without a PIN the machines that ask for one stay shut."""
    remove_pin(member=request.user, by=request.user, now=timezone.now())
    messages.info(request, _("You have no PIN any more."))
    return redirect("members:profile")
