"""The real device rules and the real server on a network that cannot be trusted.

Two machines, one that is cut when time is up and one that may finish; people who tap, staff who
lock out and revoke, and do so behind the services' back; devices that lose power or the network,
and whose clocks run fast or slow; a gatekeeper that dies; a wall clock that jumps; a database put
back to an hour ago. Messages are lost, doubled, delayed past each other, and said again much later.

What must hold is in `watch`, in its own arithmetic: seconds of true time, who was entitled when,
and which relay is on. It knows none of the rules it checks.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

from django.db import IntegrityError, connection, transaction

import wire
from access import services
from access.models import AccessEvent, Device, Session
from access.records import receive
from access.watch import Watch
from bookings.models import Booking
from equipment.models import Certification, Lockout
from equipment.services import clear_lockout, lock_out
from members.models import AccessEpoch
from members.services import issue_badge
from tests.people import NOW, a_certification, a_machine, a_tool_class, a_world
from wire.device import Device as Rules
from wire.events import (
    Boot,
    Connected,
    Current,
    Disconnected,
    Publish,
    Received,
    Relay,
    Tapped,
    Tick,
)
from wire.memory import Config

BADGES = {"alice": "04A11CE0", "dana": "04DA4A00", "charlie": "04C4A41E", "stranger": "04FFFFFF"}
FIN = {"cut": 0, "finish": 20}
LEASE = 30
TAP = 5  # seconds a tap lives
STEP = 0.5
RATES = (0.98, 1.0, 1.02)  # of a device's clock: no crystal is that bad
EVER = NOW - timedelta(days=1)
SLACK = 2 * STEP + 0.02 * (LEASE + max(FIN.values()))
HEARTBEAT = 10 / min(RATES) + STEP
PROMPT = 3 * STEP  # with a network that works
LOAD = 3400
DELAYS = (0, 0, 0, 0, 0.5, 1, 3, 7, 20, 70)


@dataclass
class Box:
    """One device in the world: its rules, its relay, its machine's motor."""

    name: str
    fin: int
    rate: float = 1.0
    booted_at: float = 0.0
    connected: bool = False
    running: bool = False
    relay: bool = False
    rules: Rules | None = None
    retained: wire.State | None = None
    taps: dict[str, tuple[str, float]] = field(default_factory=dict)  # nonce -> who, when
    unanswered: dict[str, float] = field(default_factory=dict)  # nonce -> when
    answers: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # nonce -> codes
    ungrounded: float = 0.0  # seconds in a row the relay was on for one not entitled
    ignored: float = 0.0  # and the network worked all the while
    graces: dict[str, float] = field(default_factory=lambda: defaultdict(float))


class Wild:
    """Everything, and `random`, by which the network decides about each message."""

    def __init__(self, random, gatekeepers=1):
        self.random = random
        self.t = 0.0
        self.jumped = timedelta(0)
        self.harsh = False
        self.delay = 0  # seconds every message takes, in a scene that says so
        self.going = []  # (when, order, device, message), up and down
        self.order = count()
        self.said = []  # everything that was ever said, to be said again
        self.numbers = count(1)
        self.watches = [Watch() for _ in range(gatekeepers)]
        self.alive = True
        self.moved, self.next_end = True, None
        self.swept_at = 0.0
        self.clear_since = 0.0  # everything works since then
        self.unannounced_at = -HEARTBEAT  # the last change that nobody told the gatekeeper of
        self.forgotten = set()  # sids that were on record before the database was put back
        self.booked = {name: [] for name in FIN}  # (who, from, until)
        self.certified = {"alice", "dana"}
        self.locked_out = set()
        self.entitled_at = {}
        self.holders = {}  # sid -> who
        self.met = Counter()  # what befell it, and what came of that
        self.latest = 0  # of all messages that have arrived, the one said last
        self.steps = 0
        self._people()
        self.boxes = {name: Box(name, fin, random.choice(RATES)) for name, fin in FIN.items()}
        for box in self.boxes.values():
            self.power(box)
            self.met["a clock runs wrong"] += box.rate != 1.0

    def _people(self):
        self.world = a_world(walk_up=False)
        a_certification(self.world.dana, self.world.certification)
        self.machines = {}
        for name, fin in FIN.items():
            kind = a_tool_class(name, requires=self.world.certification, walk_up=False)
            kind.finish_seconds, kind.early_start_minutes = fin, 0
            kind.save()
            machine = a_machine(f"The {name}", kind, self.world.space)
            machine.has_interlock, machine.feedback, machine.idle_seconds = True, "current", 2
            machine.save()
            self.machines[name] = machine
            Device.objects.create(name=name, space=self.world.space, machine=machine)
        self.members = {name: getattr(self.world, name, None) for name in BADGES}
        for name, member in self.members.items():
            if member is not None:
                issue_badge(member=member, number=BADGES[name], by=None, now=NOW)

    # --- clocks -------------------------------------------------------------------------------

    @property
    def now(self):
        """What the server's wall clock shows."""
        return NOW + timedelta(seconds=self.t) + self.jumped

    def pass_time(self, seconds):
        for _ in range(int(seconds / STEP)):
            self.t += STEP
            self.steps += 1
            self.deliver()
            for box in self.boxes.values():
                self.see(box, Current(LOAD if box.running and box.relay else 0))
                self.see(box, Tick())
            self.deliver()
            self.look_at_clocks()
            self.deliver()
            self.watch()

    # --- devices ------------------------------------------------------------------------------

    def power(self, box):
        """It starts from nothing."""
        box.rules = Rules(
            Config(name=box.name, stray_ma=LOAD * 2), boot=f"{next(self.numbers):016x}"
        )
        box.booted_at, box.running = self.t, False
        box.connected = False
        box.unanswered.clear()
        self.see(box, Boot())
        self.plug(box, True)

    def lose_power(self, box):
        """Its relay falls, whatever it knew is gone."""
        self.met["power lost"] += 1
        box.connected = box.relay = False
        self.power(box)

    def plug(self, box, connected):
        if connected != box.connected:
            self.met["cable pulled"] += not connected
            box.connected = connected
            box.unanswered.clear()
            self.see(box, Connected() if connected else Disconnected())

    def see(self, box, event):
        before = box.rules.memory.st
        for effect in box.rules.handle(event, (self.t - box.booted_at) * box.rate):
            if isinstance(effect, Relay):
                self.switched(box, effect.on, event)
            elif isinstance(effect, Publish):
                self.send(box.name, effect.message)
                if isinstance(effect.message, wire.State):
                    box.retained = effect.message
        if (after := box.rules.memory.st) != before:
            self.met[f"{before} → {after}"] += 1

    def tap(self, box, who):
        nonce = f"{next(self.numbers):024x}"
        box.taps[nonce] = who, self.t
        self.see(box, Tapped(BADGES[who], nonce))
        waiting = box.rules.memory.tap
        if waiting is not None and waiting.message.nonce == nonce:
            box.unanswered[nonce] = self.t

    # --- the network --------------------------------------------------------------------------

    def send(self, device, message):
        """Lost, doubled or late, as it pleases the network; calm, it only carries."""
        self.said.append((device, message))
        copies = self.random.choice((0, 1, 1, 1, 2)) if self.harsh else 1
        self.met["message lost"] += not copies
        self.met["message doubled"] += copies > 1
        for _ in range(copies):
            late = self.random.choice(DELAYS) if self.harsh else self.delay
            self.met["message late"] += late > 0
            self.going.append((self.t + late, next(self.order), device, message))

    def deliver(self):
        """Everything that is due, also what is said in answer to it."""
        while due := [going for going in self.going if going[0] <= self.t]:
            going = min(due)
            self.going.remove(going)
            self.met["message overtaken"] += going[1] < self.latest
            self.latest = max(self.latest, going[1])
            self.arrive(*going[2:])

    def arrive(self, device, message):
        if isinstance(message, wire.Avail | wire.Hello | wire.State | wire.Tap):
            self.handle(message)
        elif self.boxes[device].connected:
            self.check_answer(self.boxes[device], message)
            self.see(self.boxes[device], Received(message))

    def say_again(self, index):
        """An old message comes out of some queue."""
        if self.said:
            self.met["message said again"] += 1
            self.arrive(*self.said[index % len(self.said)])

    def hand_out_retained(self, index):
        """The broker hands out what it should never have kept."""
        taps = [message for _device, message in self.said if isinstance(message, wire.Tap)]
        if taps:
            self.met["retained tap"] += 1
            self.handle(taps[index % len(taps)], retain=True)

    # --- the gatekeeper -----------------------------------------------------------------------

    def handle(self, *messages, retain=False):
        if not self.alive:
            return
        inbound = [receive(*wire.encode_up(message), retain=retain) for message in messages]
        watch = self.random.choice(self.watches)
        said = services.handle(inbound, now=self.now, mono=self.t, watch=watch)
        if self.harsh and self.random.random() < 0.05:
            self.met["gatekeeper died before it answered"] += 1
            self.restart()  # it died between the commit and the answer
            return
        self.publish(said)

    def publish(self, said):
        for out in said:
            device = out.topic.split("/")[2]
            self.send(device, wire.parse_down(out.topic, out.payload))

    def look_at_clocks(self):
        if not self.alive:
            return
        moved = self.moved or (self.next_end is not None and self.now >= self.next_end)
        if moved or self.t - self.swept_at >= 1:
            self.moved, self.swept_at = False, self.t
            watch = self.random.choice(self.watches)
            said = services.sweep(now=self.now, mono=self.t, watch=watch, redecide_all=moved)
            self.next_end = services.next_end(self.now)
            self.publish(said)

    def restart(self):
        """A new gatekeeper that remembers nothing; the broker hands it what it kept."""
        self.watches = [Watch() for _ in self.watches]
        for watch in self.watches:
            watch.connect(self.t)
        self.alive = self.moved = True
        kept = [box.retained for box in self.boxes.values() if box.retained is not None]
        self.handle(*kept, retain=True)

    def die(self):
        self.met["gatekeeper died"] += self.alive
        self.alive = False

    def come_and_go(self):
        """It dies again and again, each time until the lease is over and the job is finishing."""
        for _ in range(self.random.choice((1, 3))):
            self.die()
            self.pass_time(self.random.choice((5, 34, 42)))
            self.restart()
            self.pass_time(12)

    # --- people -------------------------------------------------------------------------------

    def book(self, box, who, seconds):
        ends = self.now + timedelta(seconds=seconds)
        machine, member = self.machines[box.name], self.members[who]
        try:
            with transaction.atomic():
                Booking.objects.create(
                    machine=machine,
                    member=member,
                    starts=self.now,
                    ends=ends,
                    blocked_until=ends,
                    created_at=self.now,
                    updated_at=self.now,
                )
        except IntegrityError:
            return  # somebody has it already
        self.booked[box.name].append((who, self.now, ends))

    def come(self, box, who):
        """Whoever has it booked taps; if nobody has, `who` books it first."""
        has_it = [by for by, at, until in self.booked[box.name] if at <= self.now < until]
        if not has_it:
            self.book(box, who, self.random.choice((20, 100, 600)))
        self.tap(box, has_it[0] if has_it else who)

    def cancel(self, box, announced=True):
        Booking.objects.filter(machine=self.machines[box.name], holds=True).update(
            holds=False, state="cancelled"
        )
        self.booked[box.name].clear()
        self.changed(announced)

    def lock_out(self, box, mode, announced=True):
        machine = self.machines[box.name]
        lock_out(machine=machine, why="Look at it", by=None, now=self.now, mode=mode)
        self.met[f"locked out, {mode}"] += 1
        self.locked_out.add(box.name)
        self.changed(announced)

    def clear(self, box):
        for lockout in Lockout.objects.filter(machine=self.machines[box.name], cleared_at=None):
            clear_lockout(lockout=lockout, by=None, now=self.now)
        self.locked_out.discard(box.name)

    def revoke(self, who, announced=True):
        self.members[who].certifications.filter(revoked_at=None).update(revoked_at=self.now)
        self.met["revoked"] += who in self.certified
        self.certified.discard(who)
        self.changed(announced)

    def certify(self, who):
        Certification.objects.create(
            member=self.members[who], type=self.world.certification, given_at=EVER, level=2
        )
        self.certified.add(who)

    def jump(self, seconds):
        self.met["wall clock jumped"] += 1
        self.jumped += timedelta(seconds=seconds)
        self.moved = True

    def changed(self, announced=True):
        """The row that every service of this kind moves, and that the gatekeeper looks at.

        A change by hand in the database moves it not; the next state of the device finds it.
        """
        if announced:
            AccessEpoch.bump()
            self.moved = True
        else:
            self.met["changed by hand"] += 1
            self.unannounced_at = self.t

    def change_by_hand(self, box, who):
        """In the database, behind the services' back; time enough to find it, or not."""
        self.random.choice(
            (
                lambda: self.cancel(box, announced=False),
                lambda: self.revoke(who, announced=False),
                lambda: self.lock_out(box, "stop", announced=False),
            )
        )()
        self.pass_time(self.random.choice((1, 15)))

    def put_database_back(self):
        """To before the open sessions began: devices hold what nobody here has heard of."""
        lost = Session.objects.exclude(state="ended")
        self.forgotten.update(lost.values_list("sid", flat=True))
        lost.delete()
        self.met["database put back"] += 1
        self.unannounced_at = self.t
        self.pass_time(self.random.choice((1, 15)))

    # --- what must hold -----------------------------------------------------------------------

    def entitled(self, box, who):
        """By the plainest reading of what people did: certified, booked, in service, now."""
        if box.name in self.locked_out or who not in self.certified:
            return False
        now = self.now
        return any(by == who and at <= now < until for by, at, until in self.booked[box.name])

    def holder(self, sid):
        """Who a session is for; a session never changes hands."""
        if sid not in self.holders:
            member = Session.objects.get(sid=sid).member_id
            names = {m.pk: name for name, m in self.members.items() if m is not None}
            self.holders[sid] = names[member]
        return self.holders[sid]

    def switched(self, box, on, event):
        box.relay = on
        if not on:
            box.running = False
            return
        self.met["switched on"] += 1
        sid = box.rules.memory.session.sid
        assert isinstance(event, Received), "it switched on by itself"
        if sid in self.forgotten:
            return  # its grant was under way when the database was put back
        who = self.holder(sid)
        session = Session.objects.get(sid=sid)
        assert session.interlock.name == box.name, "another machine's session"
        assert session.state != "ended", "a session that is over switched on"
        tapped = [when for by, when in box.taps.values() if by == who]
        assert tapped, "switched on for one who was not there"
        assert self.t - max(tapped) <= TAP + SLACK, "switched on long after the tap"
        assert who in ("alice", "dana"), "a stranger switched on"
        last = self.entitled_at.get((box.name, who), -1000.0)
        late = 0.0 if self.entitled(box, who) else self.t - last
        assert late <= TAP + SLACK, "switched on for one who lost the right to it before the tap"

    def check_answer(self, box, message):
        """On record before it is said, and the same however often the tap is repeated."""
        if not isinstance(message, wire.Answer) or message.code == "nonce-reuse":
            return
        rows = AccessEvent.objects.filter(kind="tap", device__name=box.name)
        assert rows.filter(nonce=message.nonce).count() == 1, "answered and not on record"
        codes = box.answers[message.nonce]
        codes.add(message.code)
        assert len(codes - {"session-over"}) <= 1, f"decided twice: {codes}"
        box.unanswered.pop(message.nonce, None)

    def watch(self):
        if not self.alive or self.harsh or self.delay or self.going:
            self.clear_since = self.t
        for box in self.boxes.values():
            for who in ("alice", "dana"):
                if self.entitled(box, who):
                    self.entitled_at[box.name, who] = self.t
            self.watch_relay(box)
            self.watch_taps(box)

    def watch_taps(self, box):
        """What is tapped while everything works is answered."""
        for nonce, when in list(box.unanswered.items()):
            if not box.connected or when <= self.clear_since:
                del box.unanswered[nonce]
            else:
                assert self.t - when <= TAP, "a tap got no answer"

    def watch_relay(self, box):
        memory = box.rules.memory
        assert box.relay == memory.relay
        if not box.relay:
            box.ungrounded = box.ignored = 0.0
            return
        sid = memory.session.sid
        grounded = sid not in self.forgotten and self.entitled(box, self.holder(sid))
        if sid not in self.forgotten:
            assert self.open_sids(box) == [sid], "on, and not on record"
        box.ungrounded = 0.0 if grounded else box.ungrounded + STEP
        limit = LEASE + box.fin + SLACK
        assert box.ungrounded <= limit, f"on for {box.ungrounded} s without a ground"
        works = box.connected and self.t > max(self.clear_since, self.unannounced_at + HEARTBEAT)
        box.ignored = box.ignored + STEP if works and box.ungrounded else 0.0
        assert box.ignored <= PROMPT + box.fin, f"told nothing, or deaf, for {box.ignored} s"
        if memory.st == "grace":
            box.graces[sid] += STEP
            assert box.graces[sid] <= box.fin + SLACK, "GRACE was spent twice"

    def open_sids(self, box):
        """Asked at every step of a relay that is on, and so without the ORM's pains."""
        sql = "SELECT sid FROM access_session WHERE state <> 'ended' AND machine_id = %s"
        with connection.cursor() as cursor:
            cursor.execute(sql, [self.machines[box.name].pk])
            return [sid for (sid,) in cursor.fetchall()]

    def come_to_rest(self):
        """Given a network that works, everything ends by itself."""
        self.harsh = False
        if not self.alive:
            self.restart()
        for box in self.boxes.values():
            self.plug(box, True)
            box.running = False
            self.cancel(box)
        self.pass_time(72 + LEASE + max(FIN.values()))
        for box in self.boxes.values():
            assert not box.relay, "still on without a ground"
        left = Session.objects.exclude(state="ended").values_list("state", "sid")
        assert not left, f"never proven over: {list(left)}"
        poison = AccessEvent.objects.filter(kind="dropped", code="unhandled")
        assert not poison.exists(), "a message broke its own handling"

    # --- by itself ----------------------------------------------------------------------------

    def happen(self):
        """One thing that people, staff, power or network may do; most of it is honest work."""
        random = self.random
        box = self.boxes[random.choice(sorted(FIN))]
        who = random.choice(("alice", "alice", "dana", "charlie", "stranger"))
        member = random.choice(("alice", "dana"))
        weighted = (
            (15, lambda: self.tap(box, who)),
            (50, lambda: self.come(box, member)),
            (20, lambda: setattr(box, "running", random.random() < 0.7)),
            (8, lambda: setattr(self, "harsh", random.random() < 0.6)),
            (8, lambda: self.plug(box, random.random() < 0.8)),
            (5, lambda: self.lose_power(box)),
            (8, self.restart),
            (1, self.die),
            (3, self.come_and_go),
            (4, lambda: self.lock_out(box, random.choice(("stop", "after-job")))),
            (25, lambda: self.clear(box)),
            (3, lambda: self.revoke(member)),
            (25, lambda: member in self.certified or self.certify(member)),
            (5, lambda: self.cancel(box)),
            (5, lambda: self.change_by_hand(box, member)),
            (4, self.put_database_back),
            (9, lambda: self.say_again(random.randrange(10_000))),
            (4, lambda: self.hand_out_retained(random.randrange(10_000))),
            (1, lambda: self.jump(random.choice((-3600, -10, 10, 3600)))),
        )
        weights, things = zip(*weighted, strict=True)
        random.choices(things, weights)[0]()
        self.deliver()

    def live(self, steps):
        """Things happen, and time goes by, for so many steps of half a second; then rest."""
        self.restart()
        while self.steps < steps:
            self.happen()
            self.pass_time(self.random.choice((0.5, 0.5, 0.5, 1, 2, 4, 12)))
        self.come_to_rest()
        self.met.update(
            f"answered {code}"
            for code in AccessEvent.objects.filter(kind="tap").values_list("code", flat=True)
        )
        self.met.update(
            f"ended {why}" for why in Session.objects.values_list("end_reason", flat=True)
        )
