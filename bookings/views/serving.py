"""Booking for a member, at the desk: whom, and what; the form is that of every booking."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bookings.permissions import machine_to_book, machines_to_book_for, person_to_serve
from members.permissions import is_staff, staff_required
from members.requests import MemberRequest, searched
from members.search import find_people


@require_safe
@login_required
def booking_whom(request: MemberRequest, slug: str) -> HttpResponse:
    """Who gets this machine: found by name, mail or badge."""
    machine = machine_to_book(slug)
    if not is_staff(request.user, machine.space):
        raise Http404
    query = searched(request)
    shown = {
        "machine": machine,
        "space": machine.space,
        "query": query,
        "people": find_people(query),
        "search_url": request.path,
    }
    return render(request, "bookings/booking_whom.html", shown)


@require_safe
@staff_required
def booking_what(request: MemberRequest, public_id: UUID) -> HttpResponse:
    """What this person gets: a machine of the spaces one works in."""
    person = person_to_serve(public_id)
    machines = machines_to_book_for(request.user)
    return render(request, "bookings/booking_what.html", {"person": person, "machines": machines})
