"""The front desk, for the staff of a space."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from desk.front import front_page
from desk.places import desk_of
from members.permissions import is_staff, runs_organisation, staff_required
from members.requests import MemberRequest, searched


@require_safe
@staff_required
def front(request: MemberRequest) -> HttpResponse:
    space = desk_of(request)
    if space is None:
        return render(request, "desk/nowhere.html")
    if not is_staff(request.user, space):
        raise PermissionDenied
    query = searched(request)
    page = front_page(space, query, person_id(request), timezone.now())
    page |= {
        "search_url": reverse("desk:front"),
        "runs_organisation": runs_organisation(request.user),
    }
    return render(request, "desk/front.html", page)


def person_id(request: MemberRequest) -> str:
    """The public id asked for, or "" for anything that is none."""
    try:
        return str(UUID(request.GET.get("person", "")))
    except ValueError:
        return ""
