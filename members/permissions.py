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


def role_required(kinds: Collection[str]) -> Callable[[View], View]:
    """Strangers are sent to sign in; members without such a role anywhere get 403.

    A view that knows its space asks `has_role` again: a role may cover one space only.
    """

    def decorate(view: View) -> View:
        @login_required
        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not (isinstance(request.user, Member) and request.user.has_role(None, kinds)):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return inner

    return decorate


staff_required = role_required(STAFF)
caretaker_required = role_required(CARETAKERS)
