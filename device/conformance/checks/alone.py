"""D10: what a list lets start without a network, and what of it is handed over."""

import time

import wire
from device.conformance.trial import ANSWER, Book, Broken, NotSeen, Trial
from wire import sign

book: Book[Trial] = Book()

CAPS = ("relay", "reader", "list-hmac")
LISTED, UNLISTED = "04C0FF01", "04C0FF02"
AWAY = 6.0


@book.check("D10", "a listed badge starts without a network; a lease adopts it", *CAPS)
def listed(it: Trial) -> None:
    _tell(it, _list(it, LISTED))
    state = _tap_alone(it, LISTED)
    if not state.relay or not (state.sid or "").startswith(f"off-{it.boot}-"):
        raise Broken(f"{state.st}, relay {state.relay}, sid {state.sid}")
    it.lease(state, state.sid or "", exp=state.up + 3)
    it.must_lock(state.up + 3, "the end of the lease that adopted it")


@book.check("D10", "rows are handed over, again and again until they are filed", *CAPS)
def rows(it: Trial) -> None:
    _tell(it, _list(it, LISTED))
    state = _tap_alone(it, LISTED)
    if state.sid is None or it.hello is None or it.hello.jrn < 1:
        raise Broken("it has no row of a session it began alone")
    again = it.server.hear(wire.Journal, ANSWER), it.server.hear(wire.Journal, 10 + ANSWER)
    if again[0].j[0].i != again[1].j[0].i:
        raise Broken("it dropped rows that were not filed")
    it.off(state.sid)
    told = _file_all(it)
    if told[-2:] != [("on", state.sid), ("off", state.sid)]:
        raise Broken(f"the last rows are {told[-2:]}")


@book.check("D10", "a badge that is not listed starts nothing", *CAPS)
def unlisted(it: Trial) -> None:
    _tell(it, _list(it, LISTED))
    if _tap_alone(it, UNLISTED).relay:
        raise Broken("it started")


@book.check("D10", "a list that has expired lets nobody start", *CAPS)
def expired(it: Trial) -> None:
    found = _list(it, LISTED)
    _tell(it, wire.List(found.dev, found.seq, found.iss, found.iss + 1, found.e))
    if _tap_alone(it, LISTED).relay:
        raise Broken("it started")


@book.check("D10", "who was not told the time since the boot lets nobody start", *CAPS)
def timeless(it: Trial) -> None:
    _tell(it, _list(it, LISTED))
    it.reboot()
    if _tap_alone(it, LISTED).relay:
        raise Broken("it started")


@book.check("D10", "an older list, or one signed with another key, is not kept", *CAPS)
def forged(it: Trial) -> None:
    kept = _list(it, LISTED)
    _tell(it, kept)
    key, it.server.key = it.server.key, bytes(32)
    it.server.say(wire.List(kept.dev, kept.seq + 2, kept.iss, kept.exp, kept.e))
    it.server.key = key
    it.server.say(wire.List(kept.dev, kept.seq - 1, kept.iss, kept.exp, kept.e))
    it.now()
    it.server.forget()
    it.reboot()
    if it.hello is None or it.hello.list != kept.seq:
        raise Broken(f"it keeps list {it.hello.list if it.hello else None}, not {kept.seq}")


@book.check("D10", "the last of it: an empty list takes everything back", *CAPS)
def empty(it: Trial) -> None:
    found = _list(it, LISTED)
    _tell(it, found)
    _tell(it, wire.List(found.dev, found.seq + 1, found.iss, found.exp, ()))
    it.server.unretain("list")
    if _tap_alone(it, LISTED).relay:
        raise Broken("it started")


def _list(it: Trial, badge: str) -> wire.List:
    """A list newer than the one it has."""
    if it.server.key is None or it.hello is None:
        raise NotSeen("needs the device's key, --key, and a reboot")
    utc = int(time.time())
    entry = wire.Entry(sign.badge_in_list(it.server.key, badge), utc - 60, utc + 600, 0)
    it.newest_list = max(it.newest_list, it.hello.list) + 2
    return wire.List(it.server.device, it.newest_list, utc - 60, utc + 600, (entry,))


def _tell(it: Trial, found: wire.List) -> None:
    """Hand over a list and the time of day."""
    it.clear()
    it.server.say(found, retain=True)
    it.server.say(wire.Sync(id="time", boot=it.boot, re=it.now().n, utc=int(time.time())))
    it.now()


def _tap_alone(it: Trial, badge: str) -> wire.State:
    """A tap without a network; the first state when it is back."""
    it.hands.network(up=False)
    try:
        time.sleep(AWAY)
        it.hands.tap(badge)
        time.sleep(0.5)
        it.server.forget()
    finally:
        it.hands.network(up=True)
    it.hello = it.server.hear(wire.Hello, it.hands.patience + 20)
    return it.state()


def _file_all(it: Trial) -> list[tuple[str, str | None]]:
    """Let it forget all rows, and return them."""
    rows: list[tuple[str, str | None]] = []
    while not rows or rows[-1][0] != "off":
        journal = it.server.hear(wire.Journal, 10 + ANSWER)
        rows += [(row.ev, row.sid) for row in journal.j]
        it.server.say(wire.Filed(upto=journal.j[-1].i))
    return rows
