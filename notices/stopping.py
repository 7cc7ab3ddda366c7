"""The address under which a mail can be turned off without signing in (RFC 8058).

Its token is signed, names the person and the kinds, and does nothing else; it does not expire,
because the mail it stands in does not either.
"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import signing
from django.urls import reverse

SALT = "notices.stop"


def url_for(to: Any, kinds: Sequence[str]) -> str:
    """Absolute: it stands in mails."""
    token: str = signing.dumps([to.pk, *kinds], salt=SALT)
    return f"{settings.BASE_URL}{reverse('notices:stop', args=[token])}"


def told_by(token: str) -> tuple[int, list[str]] | None:
    """The person's id and the kinds; None for a token that we did not make."""
    try:
        pk, *kinds = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    return pk, kinds
