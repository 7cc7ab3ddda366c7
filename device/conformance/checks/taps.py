"""D8, D12: badges, digits, answers and doors. It never says which digits came."""

import time

import wire
from device.conformance.server import Heard
from device.conformance.trial import ANSWER, Book, Broken, Trial

book: Book[Trial] = Book()

PIN = "4711"
TYPED_FOR = 10  # seconds for which digits wait for a badge


def _taps(heard: list[Heard]) -> list[wire.Tap]:
    return [h.message for h in heard if isinstance(h.message, wire.Tap)]


@book.check("D8", "a tap without an answer is sent five times unchanged; then a state", "reader")
def repeats(it: Trial) -> None:
    it.clear()
    start = len(it.server.heard)
    first = it.tap("04C0FFE6")
    it.server.hear(wire.State, 5 + ANSWER, lambda state: state.up >= first.up + 5)
    taps = _taps(it.server.heard[start:])
    if len(taps) != 5:
        raise Broken(f"sent {len(taps)} times")
    if len(set(taps)) > 1:
        raise Broken("a repetition differs from the first")


@book.check("D8", "an answer ends the repetitions", "reader")
def answered(it: Trial) -> None:
    it.clear()
    start = len(it.server.heard)
    it.answer(it.tap("04C0FFE7"), ok=False)
    time.sleep(2.5)
    if len(_taps(it.server.heard[start:])) != 1:
        raise Broken("it repeats what has been answered")


@book.check("D8", "the answer to something else does not end them", "reader")
def another_answer(it: Trial) -> None:
    it.clear()
    start = len(it.server.heard)
    tap = it.tap("04C0FFE8")
    it.answer(tap, ok=False, nonce="0" * 24)
    it.answer(tap, ok=False, boot="0" * 16)
    time.sleep(1.6)
    if len(_taps(it.server.heard[start:])) < 2:
        raise Broken("it took the answer to another tap, or another boot, for its own")
    it.answer(tap, ok=False)


@book.check("D8", "each tap has a nonce of its own", "reader")
def nonces(it: Trial) -> None:
    found = {}
    for badge in ("04C0FFE9", "04C0FFEA"):
        tap = it.tap(badge)
        it.answer(tap, ok=False)
        it.now()
        found[tap.nonce] = badge
    if len(found) != 2:
        raise Broken("two taps, one nonce")


@book.check("D8", "a badge that stays on the reader taps once", "reader")
def stays(it: Trial) -> None:
    it.clear()
    start = len(it.server.heard)
    it.answer(it.tap("04C0FFEB"), ok=False)
    it.now()
    it.hands.tap("04C0FFEB")
    time.sleep(0.5)
    if len({tap.nonce for tap in _taps(it.server.heard[start:])}) > 1:
        raise Broken("it tapped again within three seconds")


@book.check("D8", "typed digits go with the next tap and its repetitions", "reader", "pin")
def typed(it: Trial) -> None:
    it.clear()
    start = len(it.server.heard)
    it.hands.type(PIN)
    tap = it.tap("04C0FFF0")
    time.sleep(1.6)
    taps = _taps(it.server.heard[start:])
    it.answer(tap, ok=False)
    if any(tap.pin is None for tap in taps):
        raise Broken("a tap, or a repetition of it, without the digits")
    if len(taps) < 2 or any(tap.pin != PIN for tap in taps):
        raise Broken("other digits than were typed, or no repetition")


@book.check("D8", "typed digits go with one tap only", "reader", "pin")
def typed_once(it: Trial) -> None:
    it.clear()
    it.hands.type(PIN)
    it.answer(it.tap("04C0FFF1"), ok=False)
    it.now()
    after = it.tap("04C0FFF2")
    it.answer(after, ok=False)
    if after.pin is not None:
        raise Broken("the next badge brings the digits of the one before")


@book.check("D8", "digits typed more than 10 s before a badge are forgotten", "reader", "pin")
def typed_long_ago(it: Trial) -> None:
    it.clear()
    it.hands.type(PIN)
    time.sleep(TYPED_FOR + it.hands.patience / 5)
    tap = it.tap("04C0FFF3")
    it.answer(tap, ok=False)
    if tap.pin is not None:
        raise Broken("it keeps them for whoever comes next")


@book.check("D12", "a door opens for its pulse, and holds no session", "reader", "door")
def door(it: Trial) -> None:
    tap = it.tap("04C0FFEC")
    it.answer(tap, pulse_ms=1000)
    opened = it.state(relay=True)
    if opened.sid is not None or opened.st != "locked":
        raise Broken(f"{opened.st}, sid {opened.sid}")
    it.state(relay=False)


@book.check("D12", "a door stays closed to all but the answer to its tap", "reader", "door")
def door_stays_closed(it: Trial) -> None:
    it.clear()
    tap = it.tap("04C0FFED")
    it.answer(tap, nonce="0" * 24, pulse_ms=1000)
    it.answer(tap, boot="0" * 16, pulse_ms=1000)
    it.must_be_off("answers to something else")
    it.answer(tap, pulse_ms=600_000)
    it.must_be_off("a pulse of ten minutes")


@book.check("D12", "a no opens no door", "reader", "door")
def door_and_no(it: Trial) -> None:
    it.clear()
    it.answer(it.tap("04C0FFEF"), ok=False, pulse_ms=1000)
    it.must_be_off("an answer that says no")
