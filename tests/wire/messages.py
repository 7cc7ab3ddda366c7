"""One honest message of each kind, and strategies that make any honest message."""

from hypothesis import strategies as st

import wire
from wire import fields as field
from wire import journal

BOOT = "0123456789abcdef"
NONCE = "0a1b2c3d4e5f60718293a4b5"
SID = "5e551017c0ffee0123456789"

TAP = wire.Tap(device="laser-1", boot=BOOT, up=1234, nonce=NONCE, badge="04A1B2C3D4E5F6")
STATE = wire.State(device="laser-1", boot=BOOT, up=1240, n=7, st="running", relay=True, sid=SID)
HELLO = wire.Hello(
    device="laser-1",
    boot=BOOT,
    up=1,
    fw="1.0",
    model="reference",
    why="power",
    caps=("relay", "reader"),
    list=0,
    jrn=0,
)
AVAIL = wire.Avail(device="laser-1", on=True, boot=BOOT)
GRANT = wire.Grant(
    boot=BOOT,
    re=NONCE,
    sid=SID,
    exp=1264,
    hard=5000,
    fin=60,
    idle_s=20,
    run_ma=800,
    left=3600,
    text="Yours until 15:00.",
)
ANSWER = wire.Answer(
    boot=BOOT, nonce=NONCE, ok=True, code="granted", text="Yours until 15:00.", grant=GRANT
)
OFFER = wire.Offer(boot=BOOT, sid=SID)
LEASE = wire.Lease(boot=BOOT, re=7, sid=SID, exp=1270, hard=5000, left=3590)
OFF = wire.Off(boot=BOOT, sid=SID, mode="stop", code="lockout", text="Locked out by Dana.")
SYNC = wire.Sync(id="s-17", utc=1795000000)
TEXT = wire.Text(text="The space closes in 10 minutes.", secs=30)

BUTTON = wire.Button(device="laser-1", boot=BOOT, up=1300, nonce=NONCE, name="stop")

ROWS = tuple(
    wire.Row(i, BOOT, 1300 + i, 1_795_337_000 + i, "on", "0123456789abcdef", f"off-{BOOT}-{i}")
    for i in (7, 8)
)
JOURNAL = wire.Journal(device="laser-1", boot=BOOT, up=1400, list=3, first=7, j=ROWS)

UPS = (TAP, STATE, HELLO, AVAIL, BUTTON, JOURNAL)
FILED = wire.Filed(upto=8)
DOWNS = (ANSWER, OFFER, GRANT, LEASE, OFF, SYNC, TEXT, FILED)

_uint = st.integers(0, field.UINT32)
_boot = st.text(field.LOWER_HEX, min_size=16, max_size=16)
_nonce = st.text(field.LOWER_HEX, min_size=24, max_size=24)
_badge = st.text(field.UPPER_HEX, min_size=4, max_size=32)
_word = st.text(field.NAME_LETTERS, min_size=1, max_size=40)
_name = st.text(field.NAME_LETTERS, min_size=1, max_size=32)
_text = st.text(max_size=90).map(wire.clip)


def _maybe(strategy):
    return st.none() | strategy


ups = st.one_of(
    st.builds(wire.Avail, device=_name, on=st.booleans(), boot=_maybe(_boot)),
    st.builds(
        wire.Hello,
        device=_name,
        boot=_boot,
        up=_uint,
        fw=_text.map(lambda text: text[:64]),
        model=_text.map(lambda text: text[:64]),
        why=st.sampled_from(["power", "reset", "watchdog", "update"]),
        caps=st.lists(_word, max_size=8).map(tuple),
        list=_uint,
        jrn=_uint,
    ),
    st.builds(
        wire.Tap,
        device=_name,
        boot=_boot,
        up=_uint,
        nonce=_nonce,
        badge=_badge,
        pin=_maybe(st.text("0123456789", min_size=1, max_size=16)),
        sun=_maybe(_text),
        machine=_maybe(_name),
    ),
    st.builds(
        wire.State,
        device=_name,
        boot=_boot,
        up=_uint,
        n=_uint,
        st=st.sampled_from(["locked", "armed", "running", "grace", "fault"]),
        relay=st.booleans(),
        ma=_maybe(_uint),
        aux=_maybe(st.booleans()),
        sid=_maybe(_word),
        want=_maybe(_word),
        fault=_maybe(_word),
        grace_end=_maybe(_uint),
        id=_maybe(_word),
    ),
    st.builds(
        wire.Button,
        device=_name,
        boot=_boot,
        up=_uint,
        nonce=_nonce,
        name=st.sampled_from(["arm", "stop"]),
    ),
    st.builds(
        wire.Journal,
        device=_name,
        boot=_boot,
        up=_uint,
        list=_uint,
        first=_uint,
        j=st.lists(
            st.builds(
                wire.Row,
                i=_uint,
                boot=_boot,
                up=_uint,
                utc=_uint,
                ev=st.sampled_from(["on", "off", "gap"]),
                badge=_maybe(_boot),
                sid=_maybe(st.builds("off-{}-{}".format, _boot, _uint)),
            ),
            max_size=journal.AT_ONCE,
        ).map(tuple),
    ),
)
grants = st.builds(
    wire.Grant,
    boot=_boot,
    re=_nonce | _uint,
    sid=_word,
    exp=_uint,
    hard=_uint,
    fin=_uint,
    idle_s=_uint,
    run_ma=_uint,
    left=_uint,
    text=_maybe(_text),
)
downs = st.one_of(
    grants,
    st.builds(
        wire.Answer,
        boot=_boot,
        nonce=_nonce,
        ok=st.booleans(),
        code=_word,
        text=_text,
        sid=_maybe(_word),
        left=_maybe(_uint),
        pulse_ms=_maybe(_uint),
        grant=_maybe(grants),
    ),
    st.builds(wire.Offer, boot=_boot, sid=_word),
    st.builds(
        wire.Lease,
        boot=_boot,
        re=_uint,
        sid=_word,
        exp=_uint,
        hard=_uint,
        left=_uint,
        text=_maybe(_text),
    ),
    st.builds(
        wire.Off,
        boot=_maybe(_boot),
        sid=_word | st.just("*"),
        mode=st.sampled_from(["stop", "after-job"]),
        code=_word,
        text=_maybe(_text),
    ),
    st.builds(wire.Sync, id=_word, boot=_maybe(_boot), re=_maybe(_uint), utc=_maybe(_uint)),
    st.builds(wire.Text, text=_text, secs=_uint, beep=_maybe(_uint)),
    st.builds(wire.Filed, upto=_uint),
)
