"""What one gatekeeper remembers between messages and may forget without harm. PURE.

Lengths of time are measured here, on the monotonic clock, from when this gatekeeper first saw a
thing; wall clocks jump. Nothing here is needed to decide: losing it delays an end or an alarm by at
most its own length, and never switches anything on.
"""

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from access.limits import NOBODYS, TAPS, Limits
from access.records import Event, Inbound
from access.sessions import FRESH
from wire import Hello, sign

SILENT = 35.0  # without a state: offline
BACK = 60  # seconds; a device counts on, and the way mixes up no more than a few
LOST = 62.0  # plus fin, without a sign: the session is given up
MARK_EVERY = 30.0  # a renewal is written at most this often
WRITE_EVERY = 30.0  # so is what a device says of itself, while it says nothing new
ALARM_AFTER = 30.0  # of telling a device to switch off
REPEAT_OFF = 1.0
LOOK_EVERY = 5.0  # at sessions of which nothing but silence is awaited
ASK_EVERY = 1.0  # one sync a second, per device
PROOF_EVERY = 5.0  # an unclaimed session's device is asked for proof
ALARM_AGAIN = 600.0
DROPS_A_MINUTE = 20  # recorded; the rest is only counted
STRANGER_EVERY = 10.0  # seconds between two writes about one unknown name
STRANGERS_A_MINUTE = 20  # writes about all of them
COUNTED_FOR = 60.0  # seconds in which refusals are counted, before a line says how many
ROWS_A_MINUTE = 128  # of one device's journal: twice what it can keep
ROW_WITHIN = 30.0  # of the first word of a session that began without us
TIME_EVERY = 60.0
KEPT = 4096  # entries per memory, the oldest forgotten


@dataclass(slots=True)
class Told:
    """A closing session: since when its device is told, and when last."""

    since: float
    last: float


@dataclass(frozen=True, slots=True)
class RunsOn:
    """A run of a peripheral, until when it is to last, and since when it has that end."""

    sid: str
    until: datetime
    since: float


@dataclass(slots=True)
class Counted:
    """Refusals like one that is on record, which have no line of their own."""

    like: Event
    since: float
    times: int = 1


@dataclass(slots=True)
class Watch:
    """One gatekeeper's memory. `mono` is the monotonic clock, in seconds."""

    keys: dict[str, tuple[bytes, ...]] = field(default_factory=dict)
    newest: OrderedDict[tuple[str, str], int] = field(default_factory=OrderedDict)
    handled: OrderedDict[tuple[str, str], int] = field(default_factory=OrderedDict)
    hellos: OrderedDict[tuple[str, str], Hello] = field(default_factory=OrderedDict)
    latest: OrderedDict[tuple[str, str], tuple[int, int]] = field(default_factory=OrderedDict)
    heard: dict[str, float] = field(default_factory=dict)
    written: dict[int, float] = field(default_factory=dict)
    asked: dict[str, float] = field(default_factory=dict)
    marked: dict[str, float] = field(default_factory=dict)
    signs: dict[str, tuple[int, float]] = field(default_factory=dict)
    offered: dict[str, float] = field(default_factory=dict)
    proofs: dict[str, float] = field(default_factory=dict)
    told: dict[str, Told] = field(default_factory=dict)
    alarms: dict[tuple[str, str, str], float] = field(default_factory=dict)
    drops: dict[str, tuple[float, int]] = field(default_factory=dict)
    greeted: set[int] = field(default_factory=set)  # devices whose lists are to be looked at
    limits: Limits = field(default_factory=Limits)
    counted: dict[tuple[object, ...], Counted] = field(default_factory=dict)
    last_taps: dict[int, Event] = field(default_factory=dict)  # by box, with a line or without
    offers: dict[str, tuple[str, float]] = field(default_factory=dict)  # to peripherals
    runs_on: dict[str, RunsOn] = field(default_factory=dict)  # peripherals
    missing: dict[str, float] = field(default_factory=dict)  # relays somebody is at, since when
    needed: dict[str, float] = field(default_factory=dict)  # peripherals, off, since when
    strangers: dict[str, float] = field(default_factory=dict)
    strangers_noted: tuple[float, int] = (0.0, 0)
    standing: set[tuple[str, str, str]] = field(default_factory=set)  # alarms not cleared
    filed: dict[str, tuple[float, int]] = field(default_factory=dict)
    timed: dict[str, tuple[str, float]] = field(default_factory=dict)
    unknown: dict[str, float] = field(default_factory=dict)
    connected_at: float | None = None
    looked_at: float = -LOOK_EVERY
    messages: int = 0
    taps: int = 0
    dropped: int = 0

    def believe(self, device: str, keys: tuple[bytes, ...] | None) -> None:
        """By which keys a device that must sign is believed; None for one that need not."""
        if keys is None:
            self.keys.pop(device, None)
        else:
            self.keys[device] = keys

    def may_count(self, inbound: Inbound) -> bool:
        """Whether a message that still waits tells the time of its device: a forged one does not.

        A device not known to have to sign is believed here; what it says is looked at in time.
        """
        message = inbound.message
        if message is None:
            return False
        keys = self.keys.get(message.device)
        return keys is None or any(
            sign.is_genuine(key, inbound.topic, inbound.payload, inbound.signature) for key in keys
        )

    def hear_second(self, device: str, boot: str, up: int) -> None:
        """Note the newest second of a boot, of messages that still wait, too (amendment 16)."""
        key = device, boot
        if up > self.newest.get(key, -1):
            self.newest[key] = up
            _keep(self.newest)

    def handle_second(self, device: str, boot: str, up: int) -> None:
        """Note the newest second of a boot, of messages that are believed."""
        self.hear_second(device, boot, up)
        key = device, boot
        if up > self.handled.get(key, -1):
            self.handled[key] = up
            _keep(self.handled)

    def counts_back(self, device: str, boot: str, up: int, known_up: int) -> bool:
        """Whether the newest state of a boot is far behind what came before: one of them is wrong.

        The state is believed: or a single leap ahead would make every later tap a stale one.
        """
        key = device, boot
        if max(self.handled.get(key, 0), known_up) - up <= BACK:
            return False
        self.newest[key] = self.handled[key] = up
        return True

    def set_aside(self, hello: Hello) -> None:
        """What a boot says of itself that is not known to be the newest."""
        self.hellos[hello.device, hello.boot] = hello
        _keep(self.hellos)

    def is_stale(self, device: str, boot: str, up: int, known_up: int) -> bool:
        """Amendment 16: older than the newest second by more than a tap lives."""
        return max(self.newest.get((device, boot), 0), known_up) - up > FRESH

    def is_older(self, device: str, boot: str, n: int, known_n: int) -> bool:
        """S1: whether a state came after a newer one."""
        latest_n, _up = self.latest.get((device, boot), (0, 0))
        return n < max(latest_n, known_n)

    def note_state(self, device: str, boot: str, n: int, up: int) -> None:
        """The newest state of that boot, once it is committed what it came to."""
        self.latest[device, boot] = n, up
        _keep(self.latest)

    def may_ask(self, device: str, mono: float) -> bool:
        """At most one sync a second and device."""
        if mono - self.asked.get(device, -ASK_EVERY) < ASK_EVERY:
            return False
        self.asked[device] = mono
        return True

    def write_due(self, device_id: int, mono: float) -> bool:
        return mono - self.written.get(device_id, -WRITE_EVERY) >= WRITE_EVERY

    def mark_due(self, sid: str, mono: float) -> bool:
        """Amendment 12: whether this gatekeeper must leave a sign before it gives a lease."""
        return mono - self.marked.get(sid, -MARK_EVERY) >= MARK_EVERY

    def look_due(self, mono: float) -> bool:
        """Whether to look at the active sessions, too: how long they are silent is counted in
        minutes, and with a thousand of them a look each second is half of all the work.
        """
        if mono - self.looked_at < LOOK_EVERY:
            return False
        self.looked_at = mono
        return True

    def is_lost(self, sid: str, mark: int, fin: int, mono: float) -> bool:
        """Amendment 12: connected throughout, and the sign stood still for longer than a lease
        given right after it could last.
        """
        if self.connected_at is None:
            self.signs.pop(sid, None)
            return False
        seen = self.signs.get(sid)
        if seen is None or seen[0] != mark:
            self.signs[sid] = mark, mono
            return False
        return mono - max(seen[1], self.connected_at) > LOST + fin

    def is_unclaimed(self, sid: str, mono: float) -> bool:
        """Amendment 17: five seconds since this gatekeeper first saw the offer."""
        return mono - self.offered.setdefault(sid, mono) > FRESH

    def proof_due(self, sid: str, mono: float) -> bool:
        """S4: whether to ask for proof; the heartbeat brings it, too, only later."""
        if mono - self.proofs.get(sid, -PROOF_EVERY) < PROOF_EVERY:
            return False
        self.proofs[sid] = mono
        return True

    def tell_due(self, sid: str, mono: float) -> bool:
        """S5: whether the second since the last `off` is over."""
        told = self.told.get(sid)
        if told is None:
            self.told[sid] = Told(mono, mono)
            return True
        if mono - told.last < REPEAT_OFF:
            return False
        told.last = mono
        return True

    def disobeyed(self, sid: str, device: str, mono: float) -> bool:
        """S5: told off long ago, and heard since. One that is gone cannot confirm; it is silent."""
        told = self.told.get(sid)
        if told is None or mono - told.since <= ALARM_AFTER:
            return False
        return self.heard.get(device, told.since) > told.since

    def silent(self, device: str, mono: float) -> bool:
        """S5: no state for 35 s, all of them connected."""
        if self.connected_at is None:
            return False
        return mono - max(self.heard.setdefault(device, mono), self.connected_at) > SILENT

    def offer_due(self, device: str, sid: str, mono: float) -> bool:
        """Whether what a peripheral was offered last, by whichever gatekeeper, has had its time."""
        if not sid:
            return True
        seen, since = self.offers.get(device, ("", 0.0))
        if seen == sid:
            return mono - since >= FRESH
        self.offers[device] = sid, mono
        return False

    def note_offer(self, device: str, sid: str, mono: float) -> None:
        self.offers[device] = sid, mono

    def run_on_left(
        self, device: str, sid: str, until: datetime, run_on: float, mono: float
    ) -> float:
        """Seconds that a peripheral may run on still, since it was first seen to do so here.

        A later end is another time that it does: who came and went between we may have missed.
        """
        seen = self.runs_on.get(device)
        if seen is None or seen.sid != sid or until > seen.until:
            self.runs_on[device] = seen = RunsOn(sid, until, mono)
        return run_on - (mono - seen.since)

    def is_missing(self, device: str, mono: float, *, is_on: bool) -> bool:
        """Whether a relay somebody is at has been off for too long."""
        return self._is_off_too_long(self.missing, device, mono, is_on=is_on)

    def is_needed_in_vain(self, device: str, mono: float, *, is_on: bool) -> bool:
        """Whether a peripheral that should run has not done so for too long."""
        return self._is_off_too_long(self.needed, device, mono, is_on=is_on)

    def need_only(self, devices: set[str]) -> None:
        """What need not run any more is not waited for; the next time it has all its seconds."""
        for device in self.needed.keys() - devices:
            del self.needed[device]

    def _is_off_too_long(
        self, since: dict[str, float], device: str, mono: float, *, is_on: bool
    ) -> bool:
        if is_on or self.connected_at is None:
            since.pop(device, None)
            return False
        return mono - since.setdefault(device, mono) > ALARM_AFTER

    def may_alarm(self, alarm: tuple[str, str, str], mono: float) -> bool:
        """Staff are sent the same alarm (device, code, about) again only after a while."""
        return mono - self.alarms.get(alarm, -ALARM_AGAIN) >= ALARM_AGAIN

    def may_record_drop(self, device: str, mono: float) -> bool:
        """A flood of rubbish fills no table: so many a minute, all unknown names together."""
        since, count = self.drops.get(device, (mono, 0))
        if mono - since >= 60:
            since, count = mono, 0
        self.drops[device] = since, count + 1
        return count < DROPS_A_MINUTE

    def may_record_nobodys(self, device: str, mono: float) -> bool:
        """Whether one more tap or press that is nobody's is recorded: 20 at once, 30 a minute.

        A bucket for each device, so that a reader that is stuck, played with or stolen costs its
        neighbours nothing. A member's tap in time takes nothing from it and is never held up by
        it, at the busiest reader and behind a thousand strangers: it may be one that must open,
        and refused it is evidence by a name. Limited is only what no rule could let in: badges
        that are nobody's any more or not yet, taps that come too late, and buttons where nobody
        is at the machine. Two gatekeepers count apart, which doubles it at most.
        """
        return self.limits.allow(NOBODYS, device, mono)

    def may_tap(self, device: str, badge_hash: bytes, mono: float) -> bool:
        """Whether a member's badge may come once more: 30 times at once, 20 a minute.

        Rule D8 lets a reader send it no faster, so no hand ever meets this; whoever has the
        password of a device, and a badge, would fill the log with sessions otherwise.
        """
        return self.limits.allow(TAPS, (device, badge_hash), mono)

    def count(self, about: tuple[object, ...], like: Event, mono: float) -> None:
        """One more refusal without a line."""
        counted = self.counted.get(about)
        if counted is None:
            self.counted[about] = Counted(like, mono)
        else:
            counted.times += 1

    def counts_due(self, mono: float) -> dict[tuple[object, ...], Counted]:
        """Those that were counted for so long that the log is to say how many they are."""
        return {
            about: counted
            for about, counted in self.counted.items()
            if mono - counted.since >= COUNTED_FOR
        }

    def may_note_stranger(self, name: str, mono: float) -> bool:
        """Whether to write about a name that is no device's; made-up names are soon passed over."""
        since, count = self.strangers_noted
        if mono - since >= 60:
            since, count = mono, 0
            self.strangers.clear()
        if count >= STRANGERS_A_MINUTE:
            return False
        if mono - self.strangers.get(name, -STRANGER_EVERY) < STRANGER_EVERY:
            return False
        self.strangers[name], self.strangers_noted = mono, (since, count + 1)
        return True

    def may_file(self, device: str, rows: int, mono: float) -> bool:
        """A device keeps 64 rows; a flood of them is not one's own story, and fills no table."""
        since, count = self.filed.get(device, (mono, 0))
        if mono - since >= 60:
            since, count = mono, 0
        self.filed[device] = since, count + rows
        return count + rows <= ROWS_A_MINUTE

    def time_due(self, device: str, boot: str, mono: float) -> bool:
        """Whether a boot is to be told the time of day: it may be lost, and clocks drift."""
        before, told = self.timed.get(device, ("", 0.0))
        if before == boot and mono - told < TIME_EVERY:
            return False
        self.timed[device] = boot, mono
        return True

    def awaits_row(self, sid: str, mono: float) -> bool:
        """Whether a session no server began may still be told of: the journal takes a moment."""
        return mono - self.unknown.setdefault(sid, mono) <= ROW_WITHIN

    def is_stubborn(self, sid: str, mono: float) -> bool:
        """Whether a run that is over is still on so long after it was first told off here."""
        return mono - self.unknown.setdefault(sid, mono) > FRESH

    def forget(self, sid: str) -> None:
        """The session is over."""
        for memory in self._of_sessions():
            memory.pop(sid, None)

    def forget_all_but(self, sids: Collection[str]) -> None:
        """Those that another gatekeeper, or a page, has ended are over here, too."""
        for memory in self._of_sessions():
            for sid in memory.keys() - sids:
                del memory[sid]

    def _of_sessions(self) -> tuple[dict[str, Any], ...]:
        return self.marked, self.signs, self.offered, self.proofs, self.told

    def connect(self, mono: float) -> None:
        self.connected_at = mono

    def disconnect(self) -> None:
        self.connected_at = None
        self.signs.clear()

    def resume(self, mono: float) -> None:
        """This process stood still, so it cannot say what was silent meanwhile."""
        self.signs.clear()
        if self.connected_at is not None:
            self.connected_at = mono

    def tidy(self, mono: float) -> None:
        """Drop what has aged out, so that memory does not grow with time."""
        for key in [key for key, at in self.alarms.items() if mono - at > ALARM_AGAIN]:
            del self.alarms[key]
        for name in [name for name, (at, _n) in self.drops.items() if mono - at >= 60]:
            del self.drops[name]
        self.limits.tidy(mono)
        for sid in [sid for sid, at in self.unknown.items() if mono - at >= ALARM_AGAIN]:
            del self.unknown[sid]


def _keep(memory: OrderedDict[tuple[str, str], Any]) -> None:
    while len(memory) > KEPT:
        memory.popitem(last=False)
