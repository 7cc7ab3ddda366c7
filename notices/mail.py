"""A message in the recipient's words: their language, their space's zone. Sends nothing."""

import zoneinfo
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation


class NoAddress(Exception):
    """Neither the person nor whoever reads for them has an e-mail address."""


@dataclass(frozen=True, slots=True)
class Letter:
    address: str
    subject: str
    text: str
    html: str


def render(kind: str, context: dict[str, Any], to: Any) -> Letter:
    """The letter of one message; raises NoAddress when nobody could read it.

    `to` is a user with a name and, perhaps, an email, a language, a guardian and a home space.
    """
    address = _address(to)
    words = {**context, "to": to, "base_url": settings.BASE_URL, "house": settings.ORGANISATION}
    with translation.override(to.language), timezone.override(_zone(context, to)):
        subject, text, html = (
            render_to_string(f"email/{kind}.{part}", words)
            for part in ("subject.txt", "txt", "html")
        )
    return Letter(address, " ".join(subject.split()), text.strip() + "\n", html)


def _address(to: Any) -> str:
    for reader in (to, to.guardian):
        if reader and reader.is_active and reader.email:
            return str(reader.email)
    raise NoAddress


def _zone(context: dict[str, Any], to: Any) -> zoneinfo.ZoneInfo:
    home = to.space.zone if to.space else settings.TIME_ZONE
    return zoneinfo.ZoneInfo(context.get("zone") or home)
