"""Bytes to messages and back, refusing all that is not protocol v1. Knows no broker and no rule."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, NoReturn, cast

from wire import fields as field
from wire import sign
from wire.fields import Check, ProtocolError
from wire.messages import (
    Answer,
    Avail,
    Button,
    Down,
    Entry,
    Filed,
    Grant,
    Hello,
    Journal,
    Lease,
    List,
    Off,
    Offer,
    Row,
    State,
    Sync,
    Tap,
    Text,
    Up,
)
from wire.sign import Signer, Verifier

ROOT = "bk"
VERSION = "1"
LONGEST = 1024
LONGEST_LIST = 4096


Finish = Callable[[dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Shape:
    """Which fields a message must have, which it may have, and what each may hold.

    `finish` turns lists, which change, into what a message holds.
    """

    build: type[Any]
    needs: tuple[tuple[str, Check], ...]
    may: tuple[tuple[str, Check], ...]
    finish: Finish | None = None


def _shape(
    build: type[Any],
    needs: dict[str, Check],
    may: dict[str, Check],
    finish: Finish | None = None,
) -> Shape:
    return Shape(build, tuple(needs.items()), tuple(may.items()), finish)


def _finish_hello(known: dict[str, Any]) -> None:
    known["caps"] = tuple(known["caps"])


def _finish_journal(known: dict[str, Any]) -> None:
    known["first"] = known.pop("from")  # a word of Python
    known["j"] = tuple(_message(ROW, row) for row in known["j"])


def _finish_list(known: dict[str, Any]) -> None:
    known["e"] = tuple(Entry(*entry[:4]) for entry in known["e"])


_REASONS = field.one_of("power", "reset", "watchdog", "update")
_STATES = field.one_of("locked", "armed", "running", "grace", "fault")
_BUTTONS = field.one_of("arm", "stop")
_TERMS: dict[str, Check] = {"sid": field.session, "exp": field.uint, "hard": field.uint}

UP: dict[str, Shape] = {
    "avail": _shape(Avail, {"on": field.boolean}, {"boot": field.boot}),
    "hello": _shape(
        Hello,
        {
            "boot": field.boot,
            "up": field.uint,
            "fw": field.printable(64),
            "model": field.printable(64),
            "why": _REASONS,
            "caps": field.words,
            "list": field.uint,
            "jrn": field.uint,
        },
        {},
        _finish_hello,
    ),
    "tap": _shape(
        Tap,
        {"boot": field.boot, "up": field.uint, "nonce": field.nonce, "badge": field.badge},
        {"pin": field.pin, "sun": field.printable(256), "machine": field.name},
    ),
    "state": _shape(
        State,
        {
            "boot": field.boot,
            "up": field.uint,
            "n": field.uint,
            "st": _STATES,
            "relay": field.boolean,
        },
        {
            "ma": field.uint,
            "aux": field.boolean,
            "sid": field.session,
            "want": field.session,
            "fault": field.word,
            "grace_end": field.uint,
            "id": field.word,
        },
    ),
    "button": _shape(
        Button,
        {"boot": field.boot, "up": field.uint, "nonce": field.nonce, "name": _BUTTONS},
        {},
    ),
    "journal": _shape(
        Journal,
        {
            "boot": field.boot,
            "up": field.uint,
            "list": field.uint,
            "from": field.uint,
            "j": field.rows,
        },
        {},
        _finish_journal,
    ),
}

ROW = _shape(
    Row,
    {
        "i": field.uint,
        "boot": field.boot,
        "up": field.uint,
        "utc": field.uint,
        "ev": field.word,
    },
    {"badge": field.h16, "sid": field.session},
)

GRANT = _shape(
    Grant,
    {
        "boot": field.boot,
        "re": field.asked,
        **_TERMS,
        "fin": field.uint,
        "idle_s": field.uint,
        "run_ma": field.uint,
        "left": field.uint,
    },
    {"text": field.text},
)

DOWN: dict[str, Shape] = {
    "answer": _shape(
        Answer,
        {
            "boot": field.boot,
            "nonce": field.nonce,
            "ok": field.boolean,
            "code": field.word,
            "text": field.text,
        },
        {
            "sid": field.session,
            "left": field.uint,
            "pulse_ms": field.uint,
            "grant": lambda value: type(value) is dict,
        },
    ),
    "offer": _shape(Offer, {"boot": field.boot, "sid": field.session}, {}),
    "grant": GRANT,
    "lease": _shape(
        Lease,
        {"boot": field.boot, "re": field.uint, **_TERMS, "left": field.uint},
        {"text": field.text},
    ),
    # `mode` stays open: a device takes every word but "after-job" for "stop" (rule D7)
    "off": _shape(
        Off,
        {"sid": field.session_or_all, "mode": field.word, "code": field.word},
        {"boot": field.boot, "text": field.text},
    ),
    "sync": _shape(
        Sync, {"id": field.word}, {"boot": field.boot, "re": field.uint, "utc": field.uint}
    ),
    "text": _shape(Text, {"text": field.text, "secs": field.uint}, {"beep": field.uint}),
    "list": _shape(
        List,
        {
            "dev": field.name,
            "seq": field.uint,
            "iss": field.uint,
            "exp": field.uint,
            "e": field.entries,
        },
        {},
        _finish_list,
    ),
    "journal": _shape(Filed, {"upto": field.uint}, {}),
}


def parse_up(topic: str, payload: bytes, key: bytes | None = None) -> Up:
    """What a device said. Raises ProtocolError, and nothing else, for everything else.

    With a key, only what is signed by it counts; without one, only what is not signed at all.
    """
    device, kind = _address(topic, "up")
    shape = _shape_of(kind, UP)
    body = sign.verified(key, topic, payload)
    return cast(Up, _message(shape, _decode(body, LONGEST), device=device))


def parse_down(
    topic: str, payload: bytes, key: bytes | None = None, verifier: Verifier | None = None
) -> Down:
    """What the server said to the device in the topic; keys and errors as in parse_up.

    A list is signed always: by the key, or so that the verifier finds it genuine.
    """
    _, kind = _address(topic, "down")
    shape = _shape_of(kind, DOWN)
    if kind == "list":
        body = sign.verified_list(key, topic, payload, verifier)
        return cast(Down, _message(shape, _decode(body, LONGEST_LIST)))
    values = _decode(sign.verified(key, topic, payload), LONGEST)
    if kind == "answer" and type(values.get("grant")) is dict:
        return cast(Down, _message(shape, {**values, "grant": None}, grant=_grant(values["grant"])))
    return cast(Down, _message(shape, values))


def encode_up(message: Up, key: bytes | None = None) -> tuple[str, bytes]:
    """(topic, payload) of what a device says, signed if there is a key."""
    topic = f"{ROOT}/{VERSION}/{message.device}/up/{message.kind}"
    return topic, _encode(message) if key is None else sign.sign(key, topic, _encode(message))


def encode_down(
    device: str, message: Down, key: bytes | None = None, signer: Signer | None = None
) -> tuple[str, bytes]:
    """(topic, payload) of what the server says to one device; `text` is clipped.

    A list is signed always: by the signer, with Ed25519, or else with the key.
    """
    topic, body = f"{ROOT}/{VERSION}/{device}/down/{message.kind}", _encode(message)
    if isinstance(message, List):
        if signer is not None:
            return topic, sign.sign_ed25519(signer, topic, body)
        if key is None:
            raise ValueError("a list without a signature is worth nothing")
        return topic, sign.sign(key, topic, body, sign.HMAC)
    return topic, body if key is None else sign.sign(key, topic, body)


def up_filter() -> str:
    """What the server subscribes to: everything every device says."""
    return f"{ROOT}/{VERSION}/+/up/#"


def down_filter(device: str) -> str:
    """What one device subscribes to: everything said to it, and nothing else."""
    return f"{ROOT}/{VERSION}/{device}/down/#"


def clip(text: str) -> str:
    """What a display can show of a text: one line, printable, at most 80 characters."""
    shown = (letter for letter in text if letter.isprintable() or letter.isspace())
    line = " ".join("".join(shown).split())
    if len(line) <= field.TEXT_LENGTH:
        return line
    return line[: field.TEXT_LENGTH - 1].rstrip() + "…"


def _address(topic: str, direction: str) -> tuple[str, str]:
    """The device and the kind in bk/1/<device>/<direction>/<kind>."""
    parts = topic.split("/")
    if len(parts) != 5 or parts[0] != ROOT or parts[3] != direction or not field.name(parts[2]):
        raise ProtocolError("bad-topic", topic[:60])
    if parts[1] != VERSION:
        raise ProtocolError("wrong-version", topic[:60])
    return parts[2], parts[4]


def _shape_of(kind: str, shapes: Mapping[str, Shape]) -> Shape:
    shape = shapes.get(kind)
    if shape is None:
        raise ProtocolError("unknown-kind", kind[:40])
    return shape


def _decode(body: bytes, longest: int) -> dict[str, object]:
    if len(body) > longest:
        raise ProtocolError("too-long", f"{len(body)} bytes, {longest} allowed")
    try:
        values = _json(body.decode())
    except UnicodeDecodeError as error:
        raise ProtocolError("not-utf8", f"byte {error.start}") from None
    except (ValueError, RecursionError) as error:  # nesting 1,000 deep fits into a message
        raise ProtocolError("not-json", str(error)) from None
    if type(values) is not dict:
        raise ProtocolError("not-json", "an object is expected")
    return values


def _no_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")  # Python reads NaN and Infinity unless told not to


_json = json.JSONDecoder(parse_constant=_no_constant).decode


def _message(shape: Shape, values: Mapping[str, object], **known: object) -> object:
    """The message, if every field is there and holds what it may; unknown fields are ignored."""
    for name, check in shape.needs:
        value = values.get(name)
        if not check(value):
            raise _bad_field(name, value)
        known[name] = value
    for name, check in shape.may:
        value = values.get(name)
        if value is not None:
            if not check(value):
                raise _bad_field(name, value)
            known[name] = value
    if shape.finish is not None:
        shape.finish(known)
    return shape.build(**known)


def _grant(values: object) -> Grant:
    """The grant inside an answer: the same object as a grant message."""
    return cast(Grant, _message(GRANT, cast(dict[str, object], values)))


def _bad_field(name: str, value: object) -> ProtocolError:
    if value is None:
        return ProtocolError("bad-field", f"{name} is missing")
    if name in SECRET:
        return ProtocolError("bad-field", f"{name} is not what it may be")
    return ProtocolError("bad-field", f"{name} is {ascii(value)[:60]}")


SECRET = ("pin", "sun")  # told to nobody, not even as what was wrong


RENAMED = {"first": "from"}  # a word of Python
_write = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_NAMES: dict[type[Any], tuple[str, ...]] = {
    shape.build: tuple(f.name for f in fields(shape.build) if f.name != "device")
    for shape in (*UP.values(), *DOWN.values(), ROW)
}


def _encode(message: Up | Down) -> bytes:
    return _write(_values(message)).encode()


def _values(message: Up | Down | Row) -> dict[str, object]:
    values: dict[str, object] = {
        RENAMED.get(name, name): value
        for name in _NAMES[type(message)]
        if (value := getattr(message, name)) is not None
    }
    if "text" in values:
        values["text"] = clip(cast(str, values["text"]))
    if isinstance(message, Answer) and message.grant is not None:
        values["grant"] = _values(message.grant)
    if isinstance(message, Journal):
        values["j"] = [_values(row) for row in message.j]
    return values
