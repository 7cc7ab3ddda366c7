"""A native device says, switches and shows what the one in Python does, whatever happens to it.

Both get the same events at the same moments, honest and forged; clocks stand on eighths of a
second, which both hold exactly. Why they ignored something is not compared.
"""

import random
from itertools import islice

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

import wire
from members.services.badges import normalise_badge
from tests.device.bench import ALICE, BOB, BOOT, OTHER_BOOT, OTHER_SID, SID
from tests.firmware.native_device import NEVER_HEARD, NativeDevice
from tests.wire.messages import DOWNS
from tests.wire.rubbish import rubbish
from wire.codec import encode_down, encode_up
from wire.device import Device
from wire.events import (
    Aux,
    Boot,
    Connected,
    Current,
    Disconnected,
    Ignored,
    Pressed,
    Publish,
    Received,
    Tapped,
    Tick,
    Typed,
)
from wire.memory import Config

pytestmark = pytest.mark.xdist_group("native")  # compiled once

KEY = bytes(range(32))
ALL_CAPS = ("relay", "reader", "current", "aux", "display", "button", "pin", "door")
CAPS = (
    ALL_CAPS,
    ALL_CAPS,
    (*ALL_CAPS, "mac"),
    ("relay",),
    ("relay", "reader"),
    ("relay", "current"),
    ("reader", "display"),
)


class Pair:
    """The device in Python and the native one, side by side at up = 100."""

    def __init__(self, program, caps=ALL_CAPS):
        self.config = Config("laser-1", caps, key=KEY)
        self.key = KEY if "mac" in caps else None
        self.nonces = (f"{n:024x}" for n in range(1, 2**40))
        self.program, self.native = program, None
        self.said = []
        self.welded = False  # a contactor that is not opens with its relay
        self.reboot()

    def reboot(self):
        """From nothing, for simplicity under the same boot id."""
        self.close()
        self.python = Device(self.config, BOOT)
        self.native = NativeDevice(self.config, BOOT, program=self.program)
        self.up = 0.0
        self.do(Boot("power"))
        self.do(Connected(), 100)

    @property
    def memory(self):
        return self.python.memory

    def do(self, event, later=0.0):
        """Hand the event to both, and look at them."""
        self.up += later
        expected = [e for e in self.python.handle(event, self.up) if not isinstance(e, Ignored)]
        found = [e for e in self.native.handle(event, self.up) if not isinstance(e, Ignored)]
        assert found == expected, f"{event} at {self.up}"
        said = [encode_up(e.message, self.key) for e in expected if isinstance(e, Publish)]
        assert self.native.published == said
        self.said += said
        self.hold_the_same()
        if self.memory.ma and not self.memory.relay and not self.welded:
            self.do(Current(0))
        return expected

    def hold_the_same(self):
        mine, theirs = self.python.memory, self.native.memory
        assert _held(mine) == _held(theirs)

    def hear(self, message, later=0.0):
        return self.do(Received(message), later)

    def run(self, seconds, step=0.125):
        for _ in range(int(seconds / step)):
            self.do(Tick(), step)

    def tap(self, badge=ALICE):
        nonce = next(self.nonces)
        self.do(Tapped(badge, nonce))
        return nonce

    def type(self, keys):
        for key in keys:
            self.do(Typed(key))

    def close(self):
        if self.native is not None:
            self.native.close()


def _held(memory):
    session, tap = memory.session, memory.tap
    return (
        *(memory.st, memory.relay, memory.connected, memory.fault, memory.n),
        session and (session.sid, session.exp),
        tap and tap.message.nonce,
    )


@pytest.fixture
def pair(native):
    pair = Pair(native)
    yield pair
    pair.close()


def a_grant(pair, re, **changes):
    fields = {"boot": BOOT, "re": re, "sid": SID, "exp": int(pair.up) + 30, "hard": 4000, "fin": 60,
              "idle_s": 2, "run_ma": 800, "left": 3600}  # fmt: skip
    return wire.Grant(**fields | changes)


def an_answer(nonce, **changes):
    fields = {"boot": BOOT, "nonce": nonce, "ok": True, "code": "granted", "text": "Yours."}
    return wire.Answer(**fields | changes)


class TestOneSession:
    def test_it_begins_runs_spends_its_grace_once_and_locks(self, pair):
        nonce = pair.tap()
        pair.hear(an_answer(nonce, grant=a_grant(pair, nonce)), 0.25)
        assert pair.native.memory.st == "armed"
        pair.do(Current(3400), 1)
        pair.run(3)
        assert pair.native.memory.st == "running"
        pair.run(30)
        assert pair.native.memory.st == "grace"
        pair.do(Current(0))
        pair.run(4)
        assert (pair.native.memory.st, pair.native.memory.relay) == ("locked", False)

    def test_a_stop_button_overtakes_a_grant_under_way(self, pair):
        nonce = pair.tap()
        pair.do(Pressed("stop", next(pair.nonces)))
        pair.hear(an_answer(nonce, grant=a_grant(pair, nonce)))
        assert not pair.native.memory.relay

    def test_a_door_opens_for_its_pulse(self, pair):
        nonce = pair.tap()
        pair.hear(an_answer(nonce, pulse_ms=3000))
        assert pair.native.memory.relay
        pair.run(3.25)
        assert not pair.native.memory.relay

    def test_a_badge_left_on_the_reader_taps_once_until_it_was_away_for_three_seconds(self, pair):
        pair.hear(an_answer(pair.tap(), ok=False))
        pair.do(Tapped(ALICE, next(pair.nonces)), 2.875)
        assert pair.native.memory.tap is None
        pair.do(Tapped(ALICE, next(pair.nonces)), 3)
        assert pair.native.memory.tap is not None

    def test_digits_go_with_the_tap_they_were_typed_for_and_its_repetitions(self, pair):
        pair.type("99")
        pair.run(9)
        pair.type("12*4711#")
        pair.run(2)
        pair.tap()
        pair.run(6)
        pair.tap(BOB)
        taps = [payload for topic, payload in pair.said if topic.endswith("/tap")]
        assert [b'"pin":"4711"' in payload for payload in taps] == [True] * 5 + [False]

    @pytest.mark.parametrize(("seconds", "goes"), [(10, True), (10.125, False)])
    def test_digits_wait_for_a_badge_for_ten_seconds(self, pair, seconds, goes):
        pair.type("4711")
        pair.do(Tick(), seconds)
        pair.tap()
        assert (b'"pin":"4711"' in pair.said[-1][1]) == goes

    def test_of_more_digits_than_a_tap_may_have_the_last_ones_go(self, pair):
        pair.type("1234567890" * 2)
        pair.tap()
        assert b'"pin":"5678901234567890"' in pair.said[-1][1]

    def test_a_welded_contactor_is_a_fault_to_the_end(self, pair):
        pair.do(Aux(True))
        pair.run(2.25)
        assert pair.native.memory.fault == "contactor-stuck"
        nonce = pair.tap()
        pair.hear(an_answer(nonce, grant=a_grant(pair, nonce)))
        assert not pair.native.memory.relay

    def test_of_more_than_sixteen_ended_sessions_the_oldest_are_forgotten(self, pair):
        for number in range(18):
            pair.hear(wire.Off(sid=f"ended-{number}", mode="stop", code="x"))
        for number in (17, 2, 1):  # the last one begins
            assert not pair.native.memory.relay
            nonce = pair.tap(f"{number:08X}")
            pair.hear(an_answer(nonce, grant=a_grant(pair, nonce, sid=f"ended-{number}")))
        assert pair.native.memory.session.sid == "ended-1"

    def test_the_clock_may_stand_for_49_days_and_more(self, pair):
        """2^32 milliseconds are over in between, and an old grant is no younger for it."""
        grant = a_grant(pair, "f" * 24)
        pair.do(Tick(), 2.0**32 / 1000 // 1)
        nonce = pair.tap()
        pair.hear(an_answer(nonce, grant=a_grant(pair, nonce, exp=grant.exp)))
        assert not pair.native.memory.relay
        nonce = pair.tap(BOB)
        pair.hear(an_answer(nonce, grant=a_grant(pair, nonce)))
        assert pair.native.memory.relay


@pytest.mark.parametrize(
    ("digits", "badge"),
    [
        ("10597059", "00A1B2C3"),  # 24 bits of Wiegand 26, as staff write a printed number
        ("12", "0000000C"),
        ("4294967295", "FFFFFFFF"),
        ("34359738367", "7FFFFFFFF"),  # 35 bits of Wiegand 37
        ("18446744073709551615", None),
        ("99999999999999999999999", None),
        ("12x", None),
    ],
)
def test_a_number_in_decimal_digits_is_told_as_the_server_writes_it(native, digits, badge):
    device = NativeDevice(Config("wall-1", ("reader",)), BOOT, program=native)
    device.handle(Boot("power"), 0)
    device.handle(Connected(), 1)
    said = [e.message for e in device.count(digits, "1" * 24, 2) if isinstance(e, Publish)]
    device.close()
    assert [tap.badge for tap in said] == ([badge] if badge else [])
    assert badge is None or badge == normalise_badge(digits, "decimal")


badges = st.sampled_from([ALICE, BOB])
sids = st.sampled_from([SID, OTHER_SID, "c"])
boots = st.sampled_from([BOOT] * 6 + [OTHER_BOOT])
lasting = st.sampled_from([30] * 5 + [-1, 0, 1, 5, 60, 61, 4_000_000_000])
hards = st.sampled_from([4000] * 3 + [0, 5, 33, 61])
texts = st.none() | st.sampled_from(["", "Yours.", "Hallo Jürgen – 🔑 bis 15:00", "é" * 80])
amperes = st.sampled_from([0, 499, 500, 501, 799, 800, 3400, 2**32 - 1])
delays = st.sampled_from([0.0, 0.0, 0.125, 0.5, 1.0, 2.0, 3.0, 5.0, 5.125, 10.0, 31.0])


HONEST = {"boot": BOOT, "sid": SID, "lasts": 30, "hard": 4000, "fin": 0, "idle_s": 2, "run_ma": 0,
          "text": None}  # fmt: skip


class Differential(RuleBasedStateMachine):
    """Anything, in any order, to both."""

    program = None

    @initialize(caps=st.sampled_from(CAPS))
    def begin(self, caps):
        self.pair = Pair(self.program, caps)
        self.sessions = []

    def end_of(self, lasts):
        return min(2**32 - 1, max(0, int(self.pair.up) + lasts))

    def a_grant(self, re, boot, sid, lasts, hard, fin, idle_s, run_ma, text):
        return wire.Grant(
            boot=boot, re=re, sid=sid, exp=self.end_of(lasts), hard=self.end_of(hard), fin=fin,
            idle_s=idle_s, run_ma=run_ma, left=min(2**32 - 1, abs(hard)), text=text,
        )  # fmt: skip

    terms = {
        "boot": boots,
        "sid": sids,
        "lasts": lasting,
        "hard": hards,
        "fin": st.sampled_from([0, 3, 60]),
        "idle_s": st.sampled_from([0, 2, 20]),
        "run_ma": st.sampled_from([0, 800, 800]),
        "text": texts,
    }

    @rule(seconds=delays)
    def time_passes(self, seconds):
        self.pair.do(Tick(), seconds)

    @rule(seconds=st.integers(1, 12))
    def time_passes_by_the_tick(self, seconds):
        self.pair.run(seconds, 0.5)

    @rule(back=st.sampled_from([0.5, 50.0]))
    def the_clock_steps_back(self, back):
        """It must not; if it does, no second is had twice."""
        self.pair.do(Tick(), -back)
        self.pair.up += back

    @rule(badge=badges, later=delays)
    def a_badge(self, badge, later):
        self.pair.do(Tapped(badge, next(self.pair.nonces)), later)

    @rule(keys=st.text("0123456789*#A", max_size=20), later=delays)
    def digits(self, keys, later):
        self.pair.type(keys)
        self.pair.do(Tick(), later)

    @rule(name=st.sampled_from(["stop", "arm"]))
    def a_button(self, name):
        self.pair.do(Pressed(name, next(self.pair.nonces)))

    @rule(ma=amperes)
    def a_current(self, ma):
        self.pair.do(Current(ma))

    @rule(ma=amperes, closed=st.booleans(), seconds=st.sampled_from([1.5, 2.0, 2.5]))
    def the_contactor_is_stuck(self, ma, closed, seconds):
        self.pair.welded = True
        self.pair.do(Current(ma))
        self.pair.do(Aux(closed))
        self.pair.run(seconds)
        self.an_offer_is_granted(honest=True, later=0, **HONEST)
        self.pair.welded = False
        self.pair.do(Aux(False))
        if self.pair.memory.fault:
            self.pair.reboot()

    @rule()
    def the_network_goes_and_comes(self):
        self.pair.do(Disconnected())
        self.pair.do(Tick(), 0.125)
        self.pair.do(Connected())

    @rule(seconds=st.sampled_from([1.0, 6.0, 40.0]))
    def the_network_is_away(self, seconds):
        self.pair.do(Disconnected())
        self.pair.run(seconds, 0.5)
        self.pair.do(Connected())

    @rule(badge=badges, ok=st.booleans(), lie=st.booleans(), later=delays, **terms)
    def a_tap_is_answered_with_a_grant(self, badge, ok, lie, later, **terms):
        nonce = self.pair.tap(badge)
        grant = self.a_grant("f" * 24 if lie else nonce, **terms)
        answer = an_answer(nonce, boot=terms["boot"], ok=ok or lie, grant=grant)
        self.pair.hear(answer, later)

    @rule(fin=st.sampled_from([0, 5, 20]), seconds=st.sampled_from([5, 8, 30]))
    def a_session_with_a_job(self, fin, seconds):
        """Begun, running, and now and then in its GRACE."""
        self.pair.hear(wire.Off(sid="*", mode="stop", code="x"))
        nonce = self.pair.tap(f"{len(self.sessions):08X}")
        self.sessions.append(f"s-{len(self.sessions)}")
        terms = {"sid": self.sessions[-1], "fin": fin, "exp": int(self.pair.up) + seconds}
        self.pair.hear(an_answer(nonce, grant=a_grant(self.pair, nonce, **terms)))
        self.pair.do(Current(3400), 0.125)
        self.pair.run(6, 0.5)

    def a_lease_for(self, session, lasts, hard=4000, back=0):
        terms = {"exp": self.end_of(lasts), "hard": self.end_of(hard), "left": 100}
        n = max(0, self.pair.memory.n - back)
        self.pair.hear(wire.Lease(boot=BOOT, re=n, sid=session.sid, **terms))

    @rule(fin=st.sampled_from([5, 20]), lasts=st.sampled_from([1, 3, 60, 61]), hard=hards,
          back=st.sampled_from([0, 0, 1]))  # fmt: skip
    def a_session_is_given_leases(self, fin, lasts, hard, back):
        """And runs out of them."""
        self.a_session_with_a_job(fin, 8)
        for _ in range(3):
            if session := self.pair.memory.session:
                self.a_lease_for(session, lasts, hard, back)
                self.a_lease_for(session, lasts, hard)
                self.pair.run(min(lasts, 4) + 1.5, 0.5)

    @rule(fin=st.sampled_from([0, 20]), mode=st.sampled_from(["after-job", "stop"]))
    def a_session_is_told_off_and_given_a_lease(self, fin, mode):
        self.a_session_with_a_job(fin, 30)
        if session := self.pair.memory.session:
            self.pair.hear(wire.Off(sid=session.sid, mode=mode, code="x"), 0.5)
            self.a_lease_for(session, 30)
            self.pair.run(3, 0.5)
            self.a_grant_comes_again(session.sid)

    def a_grant_comes_again(self, sid):
        nonce = self.pair.tap(f"{len(self.sessions):08X}F")
        self.pair.hear(an_answer(nonce, grant=a_grant(self.pair, nonce, sid=sid)))

    @rule()
    def the_lease_runs_out(self):
        session = self.pair.memory.session
        if session is not None:
            self.pair.do(Tick(), max(0, min(session.exp, self.pair.up + 60) - self.pair.up))

    @rule(badge=badges, ok=st.booleans(), ms=st.sampled_from([0, 125, 3000, 10_000, 10_001]))
    def a_tap_is_answered_with_a_pulse(self, badge, ok, ms):
        nonce = self.pair.tap(badge)
        self.pair.hear(an_answer(nonce, ok=ok, pulse_ms=ms))

    @rule(honest=st.booleans(), later=delays, **terms)
    def an_offer_is_granted(self, honest, later, **terms):
        self.pair.hear(wire.Offer(boot=BOOT, sid=terms["sid"]))
        re = self.pair.memory.n if honest else max(0, self.pair.memory.n - 1)
        self.pair.hear(self.a_grant(re, **terms), later)

    @rule(boot=boots, sid=sids)
    def an_offer(self, boot, sid):
        self.pair.hear(wire.Offer(boot=boot, sid=sid))

    @rule(back=st.integers(-1, 2), own=st.booleans(), boot=boots, sid=sids, lasts=lasting,
          hard=hards, text=texts)  # fmt: skip
    def a_lease(self, back, own, boot, sid, lasts, hard, text):
        session = self.pair.memory.session
        self.pair.hear(
            wire.Lease(
                boot=boot, re=max(0, self.pair.memory.n - back), text=text, left=abs(hard),
                sid=session.sid if own and session else sid,
                exp=self.end_of(lasts), hard=self.end_of(hard),
            )
        )  # fmt: skip

    @rule(boot=st.none() | boots, sid=sids | st.just("*"), text=texts,
          mode=st.sampled_from(["stop", "after-job", "dance"]))  # fmt: skip
    def an_off(self, boot, sid, text, mode):
        self.pair.hear(wire.Off(sid=sid, mode=mode, code="x", boot=boot, text=text))

    @rule(boot=st.none() | boots, back=st.none() | st.integers(-1, 2))
    def a_sync(self, boot, back):
        re = None if back is None else max(0, self.pair.memory.n - back)
        self.pair.hear(wire.Sync(id="q-1", boot=boot, re=re, utc=1_795_337_000))

    @rule(text=texts, secs=st.integers(0, 30), beep=st.none() | st.integers(0, 3))
    def a_text(self, text, secs, beep):
        self.pair.hear(wire.Text(text=text or "", secs=secs, beep=beep))

    @invariant()
    def they_hold_the_same(self):
        if hasattr(self, "pair"):
            self.pair.hold_the_same()

    def teardown(self):
        if hasattr(self, "pair"):
            self.pair.close()


def differential(program, examples, steps):
    machine = type("Differential", (Differential,), {"program": program})
    run_state_machine_as_test(
        machine, settings=settings(max_examples=examples, stateful_step_count=steps, deadline=None)
    )


def test_both_devices_do_the_same_whatever_happens(native):
    differential(native, 100, 40)


@pytest.mark.long
def test_both_devices_do_the_same_however_long_it_goes_on(native, figure):
    differential(native, 1500, 80)
    figure("1,500 sequences of up to 80 events: the native device did what the one in Python does")


# --- bytes -------------------------------------------------------------------------------------


ODD = (
    b'{"text":"a\\u00e9\\ud83d\\ude00","secs":1}', b'{"text":"\\ud83d","secs":1}',
    b'{"text":"a\\u200b","secs":1}', b'{"te\\u0078t":"a","secs":1}', b'{"text":"a","secs":-0}',
    b'{"text":"a","secs":1.0}', b'{"text":"a","secs":01}', b'{"text":"a","secs":1,}',
    b'{"text":"a","secs":4294967296}', b'{"text":"a","secs":NaN}', b'{"text":"\xc3","secs":1}',
    b'{"text":"\xed\xa0\x80","secs":1}', b'{"text":"a","secs":1}x', b' {"text":"a","secs":1}\r\n',
    b'{"text":"a","secs":1,"x":{"a":[1e9,[],{},true,null,"\\n"]}}', b'{"text":null,"secs":1}',
    b'{"text":"a","secs":2,"secs":null}', b'{"text":"a","secs":1e2}', b'\xef\xbb\xbf{}',
    b'{"text":"' + b"\xc3\xa9" * 80 + b'","secs":1}', b'{"text":"' + b"a" * 81 + b'","secs":1}',
    b'{"text":"a","secs":1,"x":"' + b"a" * 1000 + b'"}', b'{"text":"a","secs":1}\n' + b"0" * 32,
)  # fmt: skip


def is_message(kind, payload, key=None):
    try:
        wire.parse_down(f"bk/1/laser-1/down/{kind}", payload, key)
    except wire.ProtocolError:
        return False
    return True


def takes(device, kind, payload):
    said = device.hear(kind, payload, 100)
    return not any(isinstance(e, Ignored) and e.what == "message" for e in said)


def noise(seed, many):
    """(kind, payload) that a device may find on its topics; half of it damaged messages."""
    heard = [m for m in DOWNS if m.kind not in NEVER_HEARD]
    honest = [encode_down("laser-1", message) for message in heard]
    for topic, payload in islice(rubbish(random.Random(seed), honest=honest), many):
        kind = topic.rpartition("/")[2]
        if kind in wire.codec.DOWN:
            yield kind, payload


def read_both(native, key, messages):
    """How many both took for messages; they must agree on each."""
    caps = ("relay", "mac") if key else ("relay",)
    device = NativeDevice(Config("laser-1", caps, key=KEY), BOOT, program=native)
    device.handle(Boot("power"), 0)
    taken = 0
    for kind, payload in messages:
        expected = is_message(kind, payload, key)
        assert takes(device, kind, payload) == expected, (kind, payload)
        taken += expected
    device.close()
    return taken


def test_bytes_are_read_alike_in_the_corners(native):
    assert 5 < read_both(native, None, [("text", payload) for payload in ODD]) < len(ODD)


def test_twenty_thousand_damaged_messages_are_refused_alike(native):
    assert read_both(native, None, noise(3, 20_000)) > 200


def test_a_device_that_signs_hears_its_own_key_only(native):
    own, other = encode_down("laser-1", DOWNS[1], KEY), encode_down("laser-2", DOWNS[1], KEY)
    forged = encode_down("laser-1", DOWNS[1], bytes(32))
    bare = encode_down("laser-1", DOWNS[1])
    payloads = [payload for _, payload in (own, other, forged, bare)]
    payloads += [payloads[0][:-1], payloads[0].upper(), payloads[0] + b"\n", b"", b"\n" * 40]
    assert read_both(native, KEY, [("offer", payload) for payload in payloads]) == 1


def test_without_its_key_a_device_that_must_sign_says_nothing(native):
    device = NativeDevice(Config("laser-1", ("relay", "mac")), BOOT, program=native)
    device.handle(Boot("power"), 0)
    said = device.handle(Connected(), 1)
    device.close()
    assert not any(isinstance(effect, Publish) for effect in said)
