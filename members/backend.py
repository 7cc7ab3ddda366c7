"""Who is signed in, read once per request; knows sessions only by what Django tells it."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from members.models import Member


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """Signs in as allauth does, and reads a member together with their roles."""

    def get_user(self, user_id: Any) -> Member | None:
        member = Member.objects.with_roles(user_id)
        return member if member is not None and self.user_can_authenticate(member) else None
