"""A role counts only for who has shown more than a password in this session; else it rests.

Whoever has a role and no second factor yet signs in, is a member like others, and is led to the
page where one adds a passkey or an app: that is the way in on the first day. Knows no page.
"""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_used
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.middleware import AuthenticationMiddleware, get_user
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from members.models import Member
from members.services.sign_ins import end_sessions

SHOWN = "second_factor"  # in the session: whose second factor was shown here


class SecondFactorMiddleware(AuthenticationMiddleware):
    """Django's own, and roles rest until the second factor was shown. Reads nothing more."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _weighed(request))  # type: ignore[assignment]


def _weighed(request: HttpRequest) -> AbstractBaseUser | AnonymousUser:
    user = get_user(request)
    if isinstance(user, Member) and settings.STAFF_SECOND_FACTOR and not was_shown(request, user):
        user.rest_roles()
    return user


def was_shown(request: HttpRequest, member: Member) -> bool:
    """Whether this session has seen the second factor of this member."""
    return bool(request.session.get(SHOWN) == member.pk)


def has_one(member: Member) -> bool:
    """Whether there is a passkey or an app to show; recovery codes alone are none."""
    return _factors(member) > 0


def _factors(member: Member) -> int:
    held = Authenticator.objects.filter(user=member)
    return int(held.exclude(type=Authenticator.Type.RECOVERY_CODES).count())


def listen() -> None:
    """Hear from allauth what was added, shown and removed."""
    authenticator_added.connect(_added, dispatch_uid="second-factor-added")
    authenticator_used.connect(_note, dispatch_uid="second-factor-used")
    authenticator_removed.connect(_forget, dispatch_uid="second-factor-removed")


def _note(*, request: HttpRequest, user: Member, **_told: Any) -> None:
    request.session[SHOWN] = user.pk


def _added(*, request: HttpRequest, user: Member, **_told: Any) -> None:
    """With the first one every other session ends: a password alone was enough for it."""
    _note(request=request, user=user)
    if _factors(user) == 1:
        end_sessions(user, but=request.session.session_key)


def _forget(*, request: HttpRequest, user: Member, **_told: Any) -> None:
    if not has_one(user):
        request.session.pop(SHOWN, None)
