"""The home page: a member's own, or the workshop's door for strangers."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from desk.home import home_page
from desk.places import space_of
from desk.surroundings import surroundings
from members.requests import MemberRequest


@require_safe
@login_required
def home(request: MemberRequest) -> HttpResponse:
    space = space_of(request)
    if space is None:
        return render(request, "desk/nowhere.html")
    hours = surroundings(request).hours(space)
    return render(request, "desk/home.html", home_page(request.user, space, hours, timezone.now()))
