"""Who may act for others: the decorators and questions of staff pages. Knows roles, not pages."""

from collections.abc import Callable, Collection
from functools import wraps
from typing import Any

from allauth.account.decorators import reauthentication_required
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

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


def is_admin(member: Member | AnonymousUser) -> bool:
    """Whether this person gives roles, in some space at least."""
    return isinstance(member, Member) and member.has_role(None, (Role.Kind.ADMIN,))


def runs_organisation(member: Member | AnonymousUser) -> bool:
    """Whether this person works at every desk: only then may they change what all spaces share."""
    return isinstance(member, Member) and member.has_role_everywhere(STAFF)


def acts_alone(member: Member) -> bool:
    """Whether nobody else works at any desk: then there is nobody to ask about oneself."""
    if not is_staff(member):
        return False
    others = Role.objects.filter(kind__in=STAFF, member__is_active=True).exclude(member=member)
    return not others.exists()


def is_for_oneself(by: Member, member: Member) -> bool:
    """Whether `by` is to go the way of every member: staff do for others what is worth money."""
    return by.pk == member.pk and not acts_alone(by)


def required(may: Callable[[Member | AnonymousUser], bool]) -> Callable[[View], View]:
    """Strangers are sent to sign in; members who may not get 403, or to wake a role that rests.

    A view that knows its space asks again, for that space: a role may cover one space only.
    """

    def decorate(view: View) -> View:
        @login_required
        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not may(request.user):
                if isinstance(request.user, Member) and request.user.roles_rest:
                    return redirect_to_login(request.get_full_path(), reverse("members:wake_roles"))
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return inner

    return decorate


def password_again(view: View) -> View:
    """Asks for the password, or a passkey, unless it was given in the last five minutes."""
    inner: View = reauthentication_required(view)
    return inner


staff_required = required(is_staff)
caretaker_required = required(is_caretaker)
admin_required = required(is_admin)
organisation_required = required(runs_organisation)
