"""How allauth makes our members; knows forms and requests, and no rule."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.languages import in_language
from members.models import Member
from members.second_factor import has_one
from members.services.sign_ups import signed_up


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Names a person by their name, and says what to do next where a form is refused."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _(
            "Mail address and password do not fit together. Try again, or set a new password."
        ),
        "too_many_login_attempts": _("Too many tries. Wait five minutes, or set a new password."),
        "rate_limited": _("Too many tries. Wait a minute, then try again."),
        "incorrect_code": _("This is not the code. Look at the newest one, or have another sent."),
        "incorrect_password": _("This is not your password. Try again, or set a new one."),
        "email_taken": _("This address has an account already. Sign in, or set a new password."),
        "duplicate_email": _("This address is yours already."),
    }

    def save_user(
        self, request: HttpRequest, user: Member, form: Any, commit: bool = True
    ) -> Member:
        user.name = form.cleaned_data["name"].strip()
        user.adult_from = form.cleaned_data["adult_from"]
        user.language = getattr(request, "LANGUAGE_CODE", "en")[:8]
        saved: Member = super().save_user(request, user, form, commit=commit)
        if commit:
            signed_up(member=saved, now=timezone.now())
        return saved

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Whoever has a second factor shows that: who stole the password has it already."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if isinstance(user, Member) and has_one(user):
            return [method for method in methods if method["id"] != "reauthenticate"]
        return methods

    def post_login(self, request: HttpRequest, user: Member, **how: Any) -> HttpResponse:
        """Pages speak the language of the profile from here on, whatever the browser prefers."""
        return in_language(user.language, super().post_login(request, user, **how))
