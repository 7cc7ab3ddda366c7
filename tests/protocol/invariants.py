"""What must hold at every moment, in arithmetic of its own. Knows none of the rules it checks.

It counts seconds of true time, sees which relay is on, and asks the books who had a right to it.
"""

from datetime import timedelta

from django.db import connection

import wire
from access.models import AccessEvent, JournalRow, Session
from bookings.models import Booking
from tests.people import NOW
from tests.protocol.books import Booked
from tests.protocol.place import BADGES, KINDS, PULSE, RUN_ON
from wire.events import Received
from wire.sign import badge_in_list

LEASE = 30
TAP = FRESH = 5  # seconds a tap lives, and a question
TOGETHER = 30  # seconds within which two tap
AWAY = 5  # seconds without a broker until a list is asked
STEP = 0.5
SLOWEST = 0.98  # of all clocks
FINS = max(kind.fin for kind in KINDS.values())
SLACK = 2 * STEP + 0.02 * (LEASE + FINS)
HEARTBEAT = 10 / SLOWEST + STEP
PROMPT = 3 * STEP  # with a network that works
ROW = 30 + 2 * HEARTBEAT  # until a session that a device began is adopted, or ended
EXTENDS = timedelta(minutes=10)  # before the end of a booking
LATEST = 75  # seconds that a message may be under way
LONG_AGO = -1e6


class Invariants:
    """The eyes on a world: told of what happens in it, and looking around after each step."""

    def __init__(self, wild):
        self.wild, self.books, self.place = wild, wild.books, wild.place
        self.forgotten = set()  # sids that were on record before the database was put back
        self.people = {}  # sid -> who it is for, one or two
        self.entitled_at = {}  # (machine, people) -> when last
        self.entered_at = {}  # who -> when they last had the right to come in
        self.clear_since = 0.0  # everything works since then
        self.unannounced_at = -HEARTBEAT  # the last change that nobody told the gatekeeper of

    # --- who ----------------------------------------------------------------------------------

    def people_of(self, sid):
        """Who a session is for; it never changes hands."""
        if sid not in self.people:
            session = Session.objects.get(sid=sid)
            both = (session.member_id, session.companion_id)
            self.people[sid] = tuple(self.place.names[pk] for pk in both if pk is not None)
        return self.people[sid]

    def is_grounded(self, box, sid):
        """Whether whoever it is for has a right to it now, and has not ended it."""
        if sid in self.forgotten or sid in self.books.over:
            return False
        return self.books.entitled(box.name, self.people_of(sid), self.wild.now)

    def works(self, box, since=0.0):
        """Whether the network and a gatekeeper have served this box for a while."""
        clear = max(self.clear_since, self.unannounced_at + HEARTBEAT)
        return box.connected and self.wild.t > clear + since

    # --- when a relay closes ------------------------------------------------------------------

    def switched_on(self, box, event):
        if box.name == "door":
            assert isinstance(event, Received), "it opened by itself"
        elif box.sid.startswith("off-"):
            self._began_alone(box, event)
        else:
            assert isinstance(event, Received), "it switched on by itself"
            if box.kind.is_machine and box.sid not in self.forgotten:
                self._began(box, box.sid)

    def _began(self, box, sid):
        """By a grant: for people who were there, and had the right to it when they tapped."""
        wild, people = self.wild, self.people_of(sid)
        session = Session.objects.get(sid=sid)
        assert session.interlock.name == box.name, "another machine's session"
        assert session.state != "ended", "a session that is over switched on"
        assert sid not in self.books.over, "a session that people ended switched on"
        taps = sorted(box.last_tap(who) for who in people)
        assert wild.t - taps[-1] <= TAP + SLACK, "switched on long after the tap"
        assert taps[-1] - taps[0] <= TOGETHER + SLACK, "the first of two had gone"
        two = KINDS[box.name].policy.get("two_person")
        assert not two or len(set(people)) == 2, "one person alone switched on what takes two"
        assert set(people) <= self.place.certified, "a stranger switched on"
        wild.met["two switched on"] += len(people) == 2
        if not self.books.entitled(box.name, people, wild.now):
            late = wild.t - self.entitled_at.get((box.name, people), LONG_AGO)
            assert late <= TAP + SLACK, "switched on for one who lost the right to it before"

    def _began_alone(self, box, event):
        """Without the server: cut off for a while, and one who was listed for this very time."""
        wild, store = self.wild, box.rules.memory.store
        wild.met["began alone"] += 1
        assert not isinstance(event, Received), "a message began what only a tap may"
        assert not box.connected, "a list was asked with a network there"
        assert wild.t - box.cut_at >= AWAY - SLACK, "a list was asked at once"
        assert store.rows[-1].sid == box.sid, "on, and not in the journal"
        utc = NOW.timestamp() + self._true_utc(box)
        badges = {badge_in_list(box.key, number): who for who, number in BADGES.items()}
        who = badges[box.rules.memory.session.badge]
        assert wild.t - box.last_tap(who) <= TAP + SLACK, "switched on long after the tap"
        promises = [
            promise.until.timestamp()
            for promise in self.books.promised[box.name, store.list.seq]
            if promise.who == who
            if promise.opens.timestamp() - 1 <= utc < promise.until.timestamp()
        ]
        assert promises, "switched on for one who is not listed for this time"
        box.alone.append(box.sid)
        box.alone_until = wild.t + (max(promises) - utc) / SLOWEST

    def _true_utc(self, box):
        """Its time of day, in seconds since all began; one that the server has had, too."""
        memory = box.rules.memory
        shown = memory.utc_at_boot + memory.up - NOW.timestamp()
        off = min(abs(self.wild.t + c.total_seconds() - shown) for c in self.wild.clocks)
        assert off <= 10 + 0.02 * (self.wild.t - box.cut_at + 60), "its time of day is nobody's"
        return shown

    def _opened(self, box):
        """A door, also one that is open: for one who tapped just now and may come in."""
        self.wild.met["door opened"] += 1
        now = self.wild.t
        came = [who for who in BADGES if now - box.last_tap(who) <= TAP + SLACK]
        assert any(self._might_enter(who) for who in came), (
            "the door opened to nobody who may come in"
        )
        box.opened_at = now

    def _might_enter(self, who):
        """Now, also since a jump of the clock that no step has seen yet; or when they tapped."""
        if self.books.may_enter(who, self.wild.now):
            return True
        return self.wild.t - self.entered_at.get(who, LONG_AGO) <= TAP + SLACK

    # --- what is said and saved ---------------------------------------------------------------

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
        if message.code in ("finished", "finished-kept") and message.sid:
            self.books.over.add(message.sid)

    def heard(self, box, message):
        """A pulse opens the door. From a lease on the list counts no more."""
        session = box.rules.memory.session
        if isinstance(message, wire.Answer) and message is box.rules.memory.answer:
            if message.pulse_ms and box.relay and box.answered is not message:
                self._opened(box)
            box.answered = message
        if isinstance(message, wire.Lease) and session and session.last_re == message.re:
            box.alone_until = None

    def saved(self, box, store):
        before, after = box.store.list, store.list
        assert before is None or after.seq >= before.seq, "an older list counts again"

    def stopped(self, box):
        assert not box.relay, "on, and STOP was pressed"

    def look_at_rows(self, name):
        """What taps and the worker have made of sessions and bookings: each had its cause."""
        if name != "shared":
            return
        told = Session.objects.filter(closing_code="taken-over").values_list("sid", flat=True)
        for sid in set(told) - self.books.over - self.forgotten:
            self._taken_over(name, sid)
        rows = dict(Booking.objects.filter(holds=True).values_list("pk", "ends"))
        for booked in list(self.books.booked[name]):
            ends = rows.get(booked.pk)
            if ends is None or ends < booked.ends:
                self._given_back(booked)
                self.books.booked[name].remove(booked)
            elif ends > booked.ends:
                self._extended(name, booked, ends)
                booked.ends = ends

    def _taken_over(self, name, sid):
        """Told off for the next: its time over for long enough, and the next was there."""
        wild, box, (old,) = self.wild, self.wild.boxes[name], self.people_of(sid)
        wild.met["taken over"] += 1
        self.books.over.add(sid)
        own = [b.ends for b in self.books.booked[name] if b.who == old and b.starts <= wild.now]
        over = timedelta(minutes=box.kind.minutes("take_over"))
        assert not own or max(own) + over <= wild.now, "taken over in its own time"
        came = {who for who in self.books.levels if wild.t - box.last_tap(who) <= LATEST}
        assert came - {old}, "taken over by nobody"

    def _extended(self, name, booked: Booked, ends):
        wild, box = self.wild, self.wild.boxes[name]
        wild.met["extended"] += 1
        by = timedelta(minutes=KINDS[name].minutes("extend_by_tap"))
        assert ends == booked.ends + by, "extended by something else than was agreed"
        assert booked.ends - wild.now <= EXTENDS, "extended long before its end"
        assert wild.t - box.last_tap(booked.who) <= LATEST, "extended by nobody"
        others = [b for b in self.books.booked[name] if b.who != booked.who]
        taken = any(b.starts < ends and booked.ends <= b.starts for b in others)
        assert not taken, "extended into somebody else's time"

    def _given_back(self, booked):
        sessions = Session.objects.filter(booking=booked.pk, end_reason__in=("finished", "stopped"))
        assert sessions.exists() or self.forgotten, "given back, and nobody had left early"

    # --- at every step ------------------------------------------------------------------------

    def watch(self):
        wild = self.wild
        if not wild.alive or wild.harsh or wild.delay or wild.going:
            self.clear_since = wild.t
        for who in ("alice", "dana", "charlie"):
            if self.books.may_enter(who, wild.now):
                self.entered_at[who] = wild.t
        for box in wild.boxes.values():
            assert box.relay == box.rules.memory.relay
            self._watch_taps(box)
            if box.name == "door":
                self._watch_door(box)
            elif box.name == "extractor":
                self._watch_extractor(box)
            else:
                self._watch_machine(box)

    def _watch_taps(self, box):
        """What is tapped while everything works is answered."""
        for nonce, when in list(box.unanswered.items()):
            if not box.connected or when <= self.clear_since:
                del box.unanswered[nonce]
            else:
                assert self.wild.t - when <= TAP, "a tap got no answer"

    def _watch_machine(self, box):
        for people in box.kind.groups:
            if self.books.entitled(box.name, people, self.wild.now):
                self.entitled_at[box.name, people] = self.wild.t
        if not box.relay:
            box.ungrounded = box.ignored = box.unadopted = 0.0
            return
        sid = box.sid
        if box.rules.memory.st == "grace":
            box.graces[sid] += STEP
            assert box.graces[sid] <= box.fin + SLACK, "GRACE was spent twice"
        is_on_record = self._open_sids(box) == [sid]
        if sid.startswith("off-"):
            if not self._watch_alone(box, is_on_record):
                return
        elif sid not in self.forgotten:
            assert is_on_record, "on, and not on record"
        self._watch_ground(box, self.is_grounded(box, sid))

    def _watch_alone(self, box, is_on_record):
        """Its own session: by its list, until that is taken over. Whether others' rules hold."""
        if box.alone_until is not None:
            late = self.wild.t - box.alone_until
            assert late <= box.fin + SLACK, "on for longer than its list allows"
        works = self.works(box)
        box.unadopted = box.unadopted + STEP if works and not is_on_record else 0.0
        assert box.unadopted <= ROW + box.fin, "neither adopted nor ended"
        if is_on_record and box.alone_until is None:
            self.wild.met["adopted, seconds"] += 1
        return is_on_record

    def _watch_ground(self, box, is_grounded):
        box.ungrounded = 0.0 if is_grounded else box.ungrounded + STEP
        limit = LEASE + box.fin + SLACK
        by_list = box.alone_until is not None
        assert by_list or box.ungrounded <= limit, f"on for {box.ungrounded} s without a ground"
        box.ignored = box.ignored + STEP if self.works(box) and box.ungrounded else 0.0
        told = HEARTBEAT if by_list else 0  # the first state that finds it on record
        limit = PROMPT + told + box.fin
        assert box.ignored <= limit, f"told nothing, or deaf, for {box.ignored} s"

    def _open_sids(self, box):
        """Asked at every step of a relay that is on, and so without the ORM's pains."""
        sql = "SELECT sid FROM access_session WHERE state <> 'ended' AND machine_id = %s"
        with connection.cursor() as cursor:
            cursor.execute(sql, [self.place.machines[box.name].pk])
            return [sid for (sid,) in cursor.fetchall()]

    def _watch_door(self, box):
        opened = self.wild.t - box.opened_at if box.relay else 0
        assert opened <= PULSE / SLOWEST + STEP, "the door stays open"

    def _watch_extractor(self, box):
        """On while somebody is at a machine, and a while longer; with no server, no longer."""
        needed = Session.objects.filter(state__in=("active", "closing")).exists()
        box.unneeded = 0.0 if needed else box.unneeded + STEP
        limit = RUN_ON + LEASE + SLACK
        assert not box.relay or box.unneeded <= limit, "the extractor runs on without end"
        if not box.relay or not self.works(box):
            box.missing = box.missing + STEP if needed and self.works(box) else 0.0
            assert box.missing <= 2 * FRESH + HEARTBEAT, "the extractor does not run"
        elif not needed and self.works(box, since=RUN_ON + PROMPT):
            assert box.unneeded <= RUN_ON + HEARTBEAT, "the extractor was not told off"
        else:
            box.missing = 0.0

    def forget_running_on(self):
        """A gatekeeper that begins anew measures anew how long the extractor has run on."""
        if (box := self.wild.boxes.get("extractor")) is not None:
            box.unneeded = 0.0

    # --- in the end ---------------------------------------------------------------------------

    def come_to_rest(self):
        """Given a network that works, everything ends by itself."""
        wild = self.wild
        wild.harsh = False
        if not all(keeper.alive for keeper in wild.keepers):
            wild.restart()
        for box in wild.boxes.values():
            wild.plug(box, True)
            box.running = False
            if box.kind.is_machine:
                wild.cancel(box)
        wild.pass_time(72 + LEASE + FINS + (RUN_ON if "extractor" in wild.boxes else 0))
        for box in wild.boxes.values():
            assert not box.relay, "still on without a ground"
            self._told_of(box)
        left = Session.objects.exclude(state="ended").values_list("state", "sid")
        assert not left, f"never proven over: {list(left)}"
        poison = AccessEvent.objects.filter(kind="dropped", code="unhandled")
        assert not poison.exists(), "a message broke its own handling"

    def _told_of(self, box):
        """What it began by itself is filed, each row once, and was taken over once at most."""
        assert not box.store.rows, "its journal was never filed"
        for sid in box.alone:
            begun = JournalRow.objects.filter(device__name=box.name, sid=sid, ev="on")
            assert begun.count() == 1, "it began by itself, and nobody was told"
            taken = AccessEvent.objects.filter(kind="session", code="active", sid=sid).count()
            assert taken <= 1 or sid in self.forgotten, "adopted twice"
            self.wild.met["adopted"] += taken
            ended = Session.objects.filter(sid=sid, end_reason="offline").exists()
            self.wild.met["came and went unseen"] += ended
