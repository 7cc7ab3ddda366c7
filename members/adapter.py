"""How allauth makes our members; knows forms and requests, and no rule."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from members.models import Member


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Names a person by their name, and never by a user name."""

    def save_user(
        self, request: HttpRequest, user: Member, form: Any, commit: bool = True
    ) -> Member:
        user.name = form.cleaned_data["name"].strip()
        user.language = getattr(request, "LANGUAGE_CODE", "en")[:8]
        saved: Member = super().save_user(request, user, form, commit=commit)
        return saved
