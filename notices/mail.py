"""A message in the recipient's words: their language, their space's zone. Sends nothing.

What people typed (names, reasons) is told as one line without control characters, so that it can
forge neither a header nor a paragraph, nor turn the words behind it around.
"""

import re
import unicodedata
import uuid
import zoneinfo
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parseaddr
from itertools import chain
from typing import Any, Protocol

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from notices import attachments, stopping
from notices.manners import stoppable
from notices.words import why_fixed

MOST_TOLD = 30  # messages written out in one mail; the others are counted
LONGEST_SUBJECT = 150
# Marks that turn text around without being seen (Unicode TR 9, explicit formatting).
TURNING = dict.fromkeys(
    [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)], None
)


class Unaddressable(Exception):
    """No mail can reach this person; its text says why."""


class NoAddress(Unaddressable):
    """Neither the person nor whoever reads for them has an e-mail address."""

    def __init__(self) -> None:
        super().__init__("no address")


@dataclass(frozen=True, slots=True)
class Stranger:
    """Who has no account, and reads in the words of the member who has it sent."""

    name: str
    email: str
    language: str
    space: Any
    guardian: None = None
    is_active: bool = True


class Message(Protocol):
    """What of a row of the outbox a mail is made of."""

    kind: str
    context: dict[str, Any]
    to: Any
    address: str
    digest_at: Any


@dataclass(frozen=True, slots=True)
class Letter:
    address: str
    subject: str
    text: str
    html: str
    stop_url: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One message among others, on a page or in a mail: where it leads, and the words of that."""

    subject: str
    text: str
    label: str
    url: str


def render(kind: str, context: Mapping[str, Any], to: Any) -> Letter:
    """The letter of one message; raises Unaddressable when nobody could read it.

    `to` is a user with a name and, perhaps, an email, a language, a guardian and a home space.
    """
    words = _words(context, to)
    with _in_the_words_of(to, context):
        return _letter(kind, words, to, stoppable([kind]), why_fixed(kind))


def bundle(messages: Sequence[Message], to: Any) -> Letter:
    """One letter that tells several messages to one person."""
    told = [item(each.kind, each.context, to) for each in messages[:MOST_TOLD]]
    kinds = stoppable([each.kind for each in messages])
    words = _words({}, to) | {
        "items": told,
        "count": len(messages),
        "more": len(messages) - len(told),
        "is_digest": all(each.digest_at for each in messages),
    }
    with _in_the_words_of(to, {}):
        return _letter("_several", words, to, kinds)


def item(kind: str, context: Mapping[str, Any], to: Any) -> Item:
    """One message without greeting and footer."""
    words = _words(context, to) | {"bare": True}
    with _in_the_words_of(to, context):
        subject = _line(render_to_string(f"email/{kind}.subject.txt", words))
        text = render_to_string(f"email/{kind}.txt", words).strip()
    said, _break, link = text.rpartition("\n")  # a letter ends in the one place it leads to
    label, _colon, url = link.rpartition(": ")
    return Item(subject, said.strip(), label, url)


def compose(messages: Sequence[Message], letter_id: uuid.UUID) -> EmailMultiAlternatives:
    """The mail of one or several messages to one person, named so that its repeats are known."""
    first, to = messages[0], reader_of(messages[0])
    several = len(messages) > 1
    letter = bundle(messages, to) if several else render(first.kind, first.context, to)
    outgoing = EmailMultiAlternatives(
        letter.subject, letter.text, to=[letter.address], headers=_headers(letter, letter_id)
    )
    outgoing.attach_alternative(letter.html, "text/html")
    parts = (attachments.parts_of(each.kind, to, each.context) for each in messages)
    attachments.attach(outgoing, chain.from_iterable(parts))
    return outgoing


def reader_of(message: Message) -> Any:
    """Whom the mail goes to: the member it is for, or a stranger by the name that was told."""
    if not message.address:
        return message.to
    name = message.context["reader"]
    return Stranger(name, message.address, message.to.language, message.to.space)


def zone_of(to: Any) -> zoneinfo.ZoneInfo:
    """Whose clock a person lives by: that of their home space."""
    return zoneinfo.ZoneInfo(to.space.zone if to.space else settings.TIME_ZONE)


def _headers(letter: Letter, letter_id: uuid.UUID) -> dict[str, str]:
    _name, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
    domain = sender.rpartition("@")[2] or "localhost"
    headers = {
        "Auto-Submitted": "auto-generated",  # RFC 3834: answer no mail of a machine
        "Message-ID": f"<{letter_id}@{domain}>",
    }
    if letter.stop_url:  # RFC 8058: the program of the reader posts there by itself
        headers["List-Unsubscribe"] = f"<{letter.stop_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _letter(name: str, words: dict[str, Any], to: Any, kinds: list[str], why: str = "") -> Letter:
    """In the language and zone that hold now."""
    address = _address(to)
    may_stop = kinds and not isinstance(to, Stranger)  # who has nothing to choose by
    stop_url = stopping.url_for(to, kinds) if may_stop else ""
    words = words | {"stop_url": stop_url, "why_fixed": why}
    subject, text, html = (
        render_to_string(f"email/{name}.{part}", words) for part in ("subject.txt", "txt", "html")
    )
    return Letter(address, _line(subject)[:LONGEST_SUBJECT], text.strip() + "\n", html, stop_url)


@contextmanager
def _in_the_words_of(to: Any, context: Mapping[str, Any]) -> Iterator[None]:
    zone = zoneinfo.ZoneInfo(context["zone"]) if context.get("zone") else zone_of(to)
    with translation.override(to.language), timezone.override(zone):
        yield


def _words(context: Mapping[str, Any], to: Any) -> dict[str, Any]:
    return {
        **{name: _plain(told) for name, told in context.items()},
        "to": {"name": _line(to.name)},
        "base_url": settings.BASE_URL,
        "inbox_url": settings.BASE_URL + reverse("notices:inbox"),
        "house": settings.ORGANISATION,
    }


def _plain(told: Any) -> Any:
    """The same facts, every text in them in one harmless line."""
    if isinstance(told, str):
        return _line(told)
    if isinstance(told, Mapping):
        return {name: _plain(each) for name, each in told.items()}
    return [_plain(each) for each in told] if isinstance(told, list) else told


def _line(text: str) -> str:
    """On one line, without what is not seen; half a surrogate pair could not be sent at all."""
    seen = "".join(
        " " if unicodedata.category(each) == "Cc" else "�" if "\ud800" <= each <= "\udfff" else each
        for each in text.translate(TURNING)
    )
    return re.sub(r"\s+", " ", seen).strip()


def _address(to: Any) -> str:
    for reader in (to, to.guardian):
        if reader and reader.is_active and reader.email:
            return _checked(str(reader.email))
    raise NoAddress


def _checked(address: str) -> str:
    try:
        validate_email(address)
    except ValidationError as error:
        raise Unaddressable("malformed address") from error
    return address
