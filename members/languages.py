"""Which language pages speak: the member's own, kept in the cookie that Django reads it from."""

from django.conf import settings
from django.http import HttpResponse

A_YEAR = 365 * 24 * 3600  # seconds


def in_language(language: str, response: HttpResponse) -> HttpResponse:
    """Pages follow the choice from this response on."""
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=A_YEAR)
    return response
