"""A server that lies, repeats, forges and falls silent, against one device.

It sees everything the device says and may answer with anything at any time. What must hold is
written here in its own arithmetic, not in that of the rules.
"""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

import wire
from tests.device.bench import BOOT, OTHER_BOOT, Bench
from wire.events import (
    Connected,
    Current,
    Disconnected,
    Pressed,
    Publish,
    Received,
    Relay,
    Tapped,
    Tick,
)

SIDS = [letter * 24 for letter in "abcdefgh"]
STEP = 0.5
LONGEST_FIN = 40

sids = st.sampled_from(SIDS)
fins = st.sampled_from([0, 1, 7, LONGEST_FIN])
hards = st.sampled_from([4000, 4000, 20, 0])
# Most words are honest but for one lie, or the device would never get far enough to be deceived.
lies = st.sampled_from([None, None, None, "boot", "exp", "re"])
wrong_ends = st.sampled_from([-5, 0, 61, 500])
honest_ends = st.sampled_from([1, 3, 10, 30, 60])


class Hostile(RuleBasedStateMachine):
    """One device and what a witness beside it has seen."""

    def __init__(self):
        super().__init__()
        self.bench = Bench()
        self.last_word = self.bench.up
        self.nonces = ["f" * 24]
        self.relay = False
        self.held = None
        self.over = set()
        self.fins = {}
        self.graces = {}
        self.last_n = 1

    def see(self, event, up=None):
        """Hand over an event and watch what the device does."""
        before = self.bench.memory.session
        for effect in self.bench.do(event, up):
            if isinstance(effect, Relay):
                self.watch_relay(effect, event)
            if isinstance(effect, Publish):
                self.watch_message(effect.message)
        if self.bench.memory.ma and not self.relay:
            self.see(Current(0))  # an honest contactor; a stuck one would end the game in FAULT
        after = self.bench.memory.session
        if before is not None and (after is None or after.sid != before.sid):
            self.over.add(before.sid)
        if after is not None:
            assert after.sid not in self.over, "a session that was over is back"
            self.fins.setdefault(after.sid, after.fin)

    def watch_relay(self, effect, event):
        assert effect.on != self.relay
        self.relay = effect.on
        if effect.on:
            assert isinstance(event, Received), "it switched on by itself"
            assert isinstance(event.message, (wire.Grant, wire.Answer)), event.message

    def watch_message(self, message):
        if message.kind == "tap":
            self.nonces.append(message.nonce)
        if message.kind == "state":
            assert message.n == self.last_n + 1
            assert message.relay == self.relay
            assert (message.sid is None) == (not self.relay)
            self.last_n = message.n

    def say(self, message, lie=None):
        """One word of the server; a lie in it must leave everything as it was."""
        session = self.bench.memory.session
        before = self.bench.st, session and (session.sid, session.exp, session.hard)
        self.last_word = self.bench.up
        self.see(Received(message))
        session = self.bench.memory.session
        after = self.bench.st, session and (session.sid, session.exp, session.hard)
        assert lie is None or before == after, f"believed a lie about {lie}"

    @rule(seconds=st.sampled_from([0.5, 1, 5, 20]))
    def time_goes_by(self, seconds):
        self.time_passes(seconds)

    def time_passes(self, seconds):
        for _ in range(int(seconds / STEP)):
            session = self.bench.memory.session
            if session is not None and self.bench.st == "grace":
                self.graces[session.sid] = self.graces.get(session.sid, 0) + STEP
            self.see(Tick(), self.bench.up + STEP)

    @rule(ma=st.sampled_from([0, 3400]))
    def current_changes(self, ma):
        self.see(Current(ma))

    @rule()
    def somebody_taps(self):
        """Another badge each time: the reader would ignore the same one for a while."""
        nonce = next(self.bench.nonces)
        self.see(Tapped(nonce[-8:].upper(), nonce))

    @rule(back=st.booleans())
    def the_network_breaks(self, back):
        self.see(Disconnected())
        if back:
            self.see(Connected())

    def terms(self, lie, honest, wrong, hard):
        """boot, exp and hard, with at most one lie in them."""
        up = int(self.bench.up)
        ends = wrong if lie == "exp" else honest
        boot = OTHER_BOOT if lie == "boot" else BOOT
        return {"boot": boot, "exp": max(0, up + ends), "hard": up + hard, "left": 900}

    def grant(self, re, sid, fin, terms, lie):
        re = "f" * 24 if lie == "re" else re
        self.say(wire.Grant(re=re, sid=sid, fin=fin, idle_s=2, run_ma=800, **terms), lie)

    @rule(sid=sids, fin=fins, lie=lies, honest=honest_ends, wrong=wrong_ends, hard=hards)
    def the_last_tap_is_granted(self, sid, fin, lie, honest, wrong, hard):
        self.grant(self.nonces[-1], sid, fin, self.terms(lie, honest, wrong, hard), lie)

    @rule(sid=sids, fin=fins, lie=lies, honest=honest_ends, wrong=wrong_ends, hard=hards)
    def a_tap_is_answered(self, sid, fin, lie, honest, wrong, hard):
        self.somebody_taps()
        nonce, terms = self.nonces[-1], self.terms(lie, honest, wrong, hard)
        re = "f" * 24 if lie == "re" else nonce
        grant = wire.Grant(re=re, sid=sid, fin=fin, idle_s=2, run_ma=800, **terms)
        ok = lie is not None or honest != 1
        self.say(wire.Answer(boot=BOOT, nonce=nonce, ok=ok, code="x", text="", grant=grant), lie)

    @rule(sid=sids, fin=fins, lie=lies, honest=honest_ends, wrong=wrong_ends, hard=hards)
    def an_offer_is_granted(self, sid, fin, lie, honest, wrong, hard):
        self.say(wire.Offer(boot=BOOT, sid=sid))
        self.grant(self.last_n, sid, fin, self.terms(lie, honest, wrong, hard), lie)

    @rule(back=st.integers(-1, 2), sid=sids, lie=lies, honest=honest_ends, wrong=wrong_ends)
    def a_state_is_granted(self, back, sid, lie, honest, wrong):
        """As if it had asked for something."""
        self.grant(max(0, self.last_n - back), sid, 0, self.terms(lie, honest, wrong, 4000), lie)

    @rule(
        back=st.integers(-1, 2),
        sid=sids,
        own=st.booleans(),
        lie=lies,
        honest=honest_ends,
        wrong=wrong_ends,
        hard=hards,
    )
    def a_state_is_given_a_lease(self, back, sid, own, lie, honest, wrong, hard):
        session = self.bench.memory.session
        sid = session.sid if own and session else sid
        re = self.last_n + 1 if lie == "re" else max(0, self.last_n - back)
        self.say(wire.Lease(re=re, sid=sid, **self.terms(lie, honest, wrong, hard)), lie)

    @rule()
    def somebody_presses_stop(self):
        session = self.bench.memory.session
        self.see(Pressed("stop", next(self.bench.nonces)))
        assert not self.relay
        if session is not None:
            self.over.add(session.sid)

    @rule(sid=sids)
    def a_session_is_offered(self, sid):
        self.say(wire.Offer(boot=BOOT, sid=sid))

    @rule(seconds=st.sampled_from([1, 3]))
    def a_job_runs(self, seconds):
        self.see(Current(3400))
        self.time_passes(2 + seconds)

    @rule(sid=sids | st.just("*"), mode=st.sampled_from(["stop", "after-job", "dance"]))
    def off(self, sid, mode):
        session = self.bench.memory.session
        self.say(wire.Off(sid=sid, mode=mode, code="x"))
        if mode != "after-job" and session is not None and sid in (session.sid, "*"):
            assert not self.relay
        if sid != "*" and mode != "after-job":
            self.over.add(sid)

    @rule(data=st.data())
    def sync(self, data):
        n = data.draw(st.none() | st.integers(0, self.last_n + 1))
        self.say(wire.Sync(id="q", re=n, utc=5))

    @invariant()
    def the_relay_is_on_exactly_while_its_time_lasts(self):
        session, up = self.bench.memory.session, self.bench.up
        ends = 0
        if session is not None:
            ends = session.grace_end if self.bench.st == "grace" else session.exp
        assert self.relay == (up < ends)
        assert self.relay == self.bench.relay

    @invariant()
    def silence_switches_off(self):
        if self.relay:
            assert self.bench.up < self.last_word + 60 + LONGEST_FIN

    @invariant()
    def grace_is_spent_once(self):
        for sid, seconds in self.graces.items():
            assert seconds <= self.fins[sid], f"{seconds} s of GRACE in {sid}"

    @invariant()
    def grace_keeps_within_hard(self):
        if self.bench.st == "grace":
            session = self.bench.memory.session
            assert session.grace_end <= session.hard


def test_no_server_can_keep_a_relay_on():
    run_state_machine_as_test(
        Hostile, settings=settings(max_examples=50, stateful_step_count=40, deadline=None)
    )


@pytest.mark.long
def test_no_server_can_keep_a_relay_on_however_long_it_tries():
    run_state_machine_as_test(
        Hostile, settings=settings(max_examples=1000, stateful_step_count=80, deadline=None)
    )
