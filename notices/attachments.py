"""What a mail carries beside its words, such as an invitation; knows neither what it is nor why.

A room that makes such parts registers itself for its kinds of message in its AppConfig.ready.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.mail import EmailMultiAlternatives


@dataclass(frozen=True, slots=True)
class Part:
    """Text in UTF-8; `mimetype` is of text/ and may have parameters: text/calendar; method=REQUEST.

    `name` is that of the file, for programs that show it as one.
    """

    name: str
    mimetype: str
    content: str


@dataclass(frozen=True, slots=True)
class Maker:
    """`wanted_by(to)`: whether this person is to get parts at all, so that the mail waits for no
    digest.

    `parts(to, context)`: those of one message, as things stand when it is sent; perhaps none.
    """

    wanted_by: Callable[[Any], bool]
    parts: Callable[[Any, Mapping[str, Any]], Iterable[Part]]


_makers: dict[str, Maker] = {}


def register(kinds: Iterable[str], maker: Maker) -> None:
    """Let `maker` add to messages of these kinds; one maker for a kind."""
    _makers.update(dict.fromkeys(kinds, maker))


def is_carrier(kind: str, to: Any) -> bool:
    """Whether a message of this kind brings this person something that only a mail can bring."""
    maker = _makers.get(kind)
    return maker is not None and maker.wanted_by(to)


def parts_of(kind: str, to: Any, context: Mapping[str, Any]) -> tuple[Part, ...]:
    """What one message carries; nothing for most kinds and most people."""
    if not is_carrier(kind, to):
        return ()
    return tuple(_makers[kind].parts(to, context))


def attach(outgoing: EmailMultiAlternatives, parts: Iterable[Part]) -> None:
    """A single part is another form of the mail itself, as invitations are (RFC 6047 section 2.4);
    several, of a mail that bundles messages, are files beside it. A repeated one goes once.
    """
    unlike = list(dict.fromkeys(parts))
    if len(unlike) == 1:
        outgoing.attach_alternative(unlike[0].content, unlike[0].mimetype)
        return
    for part in unlike:
        outgoing.attach(part.name, part.content, part.mimetype)
