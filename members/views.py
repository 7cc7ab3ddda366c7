"""A member's own page: who they are here, what they hold, and what stands in their way."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from members.forms import ProfileForm
from members.languages import in_language
from members.requests import MemberRequest
from members.services import revoke_badge
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
        "memberships": member.memberships.select_related("plan").order_by("-starts"),
        "holds": member.holds.standing(now),
        "now": now,
    }
    return render(request, "members/profile_show.html", page)


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
