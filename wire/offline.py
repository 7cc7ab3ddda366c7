"""Rule D10 of docs/protocol.md: who may start while there is no network. Knows no clock or relay.

As in wire.rules, the guards return why something does not count, or None.
"""

from dataclasses import replace

from wire import journal, sign
from wire.memory import ARMED, LOCKED, Config, Memory, Notice, Session
from wire.messages import Entry, List

CAPS = frozenset({"list-hmac", "list-ed25519"})
AWAY = 5
LONGEST_SESSION = 4 * 3600
LONGEST_LIST = 24 * 3600
NOTICE_SECONDS = 8

NOT_LISTED = "No network, and no booking known here now."
STARTED = "No network. Your booking is known here."


def has_lists(config: Config) -> bool:
    return "relay" in config.caps and config.key is not None and not CAPS.isdisjoint(config.caps)


def list_refused(memory: Memory, config: Config, found: List) -> str | None:
    """Why this list is not kept; that its signature is genuine is known."""
    stored = memory.store.list
    if not has_lists(config):
        return "no offline lists here"
    if found.dev != config.name:
        return "for another device"
    if not found.iss < found.exp <= found.iss + LONGEST_LIST:
        return "longer than a list may be valid"
    if stored is not None and found.seq <= stored.seq:
        return "kept already" if found == stored else "not newer than the list kept"
    return None


def keep(memory: Memory, found: List) -> None:
    """The list counts from here on, and no older one ever again."""
    memory.store = replace(memory.store, list=found)


def silent(memory: Memory, up: float) -> str | None:
    """Why a device without a connection lets nobody start, whatever the badge."""
    stored = memory.store.list
    if up - memory.lost_at < AWAY:
        return "the broker was there less than 5 s ago"
    if memory.st != LOCKED:
        return f"{memory.st}, not locked"
    if stored is None:
        return "no list"
    if memory.utc_at_boot is None:
        return "the time of day is not known since the boot"
    if not stored.iss <= memory.utc_at_boot + int(up) < stored.exp:
        return "the list is not valid now"
    return None


def entry_for(memory: Memory, config: Config, badge: str, up: float) -> Entry | None:
    """The entry that lets this badge start now; of several the one that lasts longest."""
    if memory.store.list is None or memory.utc_at_boot is None or config.key is None:
        return None
    hashed, utc = sign.badge_in_list(config.key, badge), memory.utc_at_boot + int(up)
    entries = (
        entry
        for entry in memory.store.list.e
        if entry.badge == hashed and entry.opens <= utc < entry.until
    )
    return max(entries, key=lambda entry: entry.until, default=None)


def begin(memory: Memory, config: Config, entry: Entry, up: float) -> None:
    """Arm without the server. The row is in the store before the relay closes."""
    stored = memory.store.list
    if stored is None or memory.utc_at_boot is None:
        return
    utc = memory.utc_at_boot + int(up)
    exp = int(up) + min(entry.until - utc, stored.exp - utc, LONGEST_SESSION)
    fin = entry.fin if "current" in config.caps else 0
    granted = memory.store.granted + 1
    memory.store = replace(memory.store, granted=granted)
    memory.st = ARMED
    memory.session = Session(
        sid=f"off-{memory.boot}-{granted}",
        exp=exp,
        hard=exp + fin,
        fin=fin,
        idle_s=memory.idle_s,
        run_ma=memory.run_ma,
        ends=exp,
        last_re=memory.n,
        badge=entry.badge,
    )
    memory.notice = Notice(STARTED, up + NOTICE_SECONDS)
    journal.note(memory, "on", entry.badge, memory.session.sid)


def is_own(memory: Memory, config: Config, badge: str) -> bool:
    """Whether this badge began the session held, and without the server."""
    session = memory.session
    if session is None or config.key is None:
        return False
    return session.badge == sign.badge_in_list(config.key, badge)
