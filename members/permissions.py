"""Who may act for others: the decorators and questions of staff pages. Knows roles, not pages."""

from collections.abc import Callable, Collection
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from members.models import Member, Role, Space

View = Callable[..., HttpResponse]

STAFF: Collection[str] = (Role.Kind.ADMIN, Role.Kind.STAFF)
CARETAKERS: Collection[str] = (*STAFF, Role.Kind.MAINTAINER)  # who locks out and clears


def is_staff(member: Member | AnonymousUser, space: Space | None = None) -> bool:
    """Whether this person works at the desk of `space`; None asks for any desk at all."""
    return isinstance(member, Member) and member.has_role(space, STAFF)


def is_caretaker(member: Member | AnonymousUser, space: Space | None = None) -> bool:
    """Whether this person may take a machine of `space` out of service and back."""
    return isinstance(member, Member) and member.has_role(space, CARETAKERS)


def runs_organisation(member: Member | AnonymousUser) -> bool:
    """Whether this person works at every desk: only then may they change what all spaces share."""
    return isinstance(member, Member) and member.has_role_everywhere(STAFF)


def required(may: Callable[[Member | AnonymousUser], bool]) -> Callable[[View], View]:
    """Strangers are sent to sign in; members who may not get 403.

    A view that knows its space asks again, for that space: a role may cover one space only.
    """

    def decorate(view: View) -> View:
        @login_required
        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not may(request.user):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return inner

    return decorate


staff_required = required(is_staff)
caretaker_required = required(is_caretaker)
organisation_required = required(runs_organisation)
