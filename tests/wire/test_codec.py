"""What goes over the wire comes back the same, and everything else is refused by one exception."""

import dataclasses
import json
from timeit import repeat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import wire
from tests.wire.messages import (
    ANSWER,
    BOOT,
    BUTTON,
    DOWNS,
    GRANT,
    JOURNAL,
    OFF,
    SID,
    STATE,
    TAP,
    UPS,
    downs,
    ups,
)
from wire.codec import DOWN, UP

TAP_TOPIC = "bk/1/laser-1/up/tap"


def tap_with(**changes):
    """The payload of an honest tap with some fields replaced; None takes the field away."""
    fields = json.loads(wire.encode_up(TAP)[1]) | changes
    return json.dumps({name: value for name, value in fields.items() if value is not None}).encode()


def refusal(topic, payload, parse=wire.parse_up):
    with pytest.raises(wire.ProtocolError) as caught:
        parse(topic, payload)
    return caught.value


@given(ups)
def test_what_a_device_says_survives_the_wire(message):
    topic, payload = wire.encode_up(message)
    assert wire.parse_up(topic, payload) == message
    assert len(payload) <= 1024


@given(downs)
def test_what_the_server_says_survives_the_wire(message):
    topic, payload = wire.encode_down("laser-1", message)
    assert wire.parse_down(topic, payload) == message
    assert len(payload) <= 1024


@given(st.text(max_size=80), st.binary(max_size=1500))
def test_arbitrary_bytes_raise_nothing_but_protocol_errors(topic, payload):
    for address in (topic, TAP_TOPIC, "bk/1/laser-1/up/hello"):
        assert refusal(address, payload).detail.isascii()


_mutation = st.tuples(st.integers(0, 2000), st.integers(1, 255))


@settings(max_examples=150)
@given(st.sampled_from(UPS), st.lists(_mutation, min_size=1, max_size=6), st.integers(0, 400))
def test_damaged_messages_of_devices_are_parsed_or_refused(message, mutations, cut):
    topic, payload = wire.encode_up(message)
    damaged = damage(payload, mutations, cut)
    try:
        wire.parse_up(topic, damaged)
    except wire.ProtocolError as error:
        assert error.detail.isprintable() and len(error.detail) <= 120


@settings(max_examples=150)
@given(st.sampled_from(DOWNS), st.lists(_mutation, min_size=1, max_size=6), st.integers(0, 400))
def test_damaged_messages_of_the_server_are_parsed_or_refused(message, mutations, cut):
    topic, payload = wire.encode_down("laser-1", message)
    damaged = damage(payload, mutations, cut)
    try:
        wire.parse_down(topic, damaged)
    except wire.ProtocolError as error:
        assert error.detail.isprintable() and len(error.detail) <= 120


def damage(payload, mutations, cut):
    damaged = bytearray(payload)
    for place, bits in mutations:
        damaged[place % len(damaged)] ^= bits
    return bytes(damaged[: max(1, len(damaged) - cut)])


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@settings(max_examples=150)
@given(st.sampled_from(UPS), st.data())
def test_any_json_in_any_field_is_parsed_or_refused(message, data):
    topic, payload = wire.encode_up(message)
    fields = json.loads(payload)
    name = data.draw(st.sampled_from(sorted(fields)))
    fields[name] = data.draw(_json)
    try:
        parsed = wire.parse_up(topic, json.dumps(fields).encode())
    except wire.ProtocolError:
        return
    assert wire.parse_up(*wire.encode_up(parsed)) == parsed


@pytest.mark.parametrize(
    ("topic", "code"),
    [
        ("bk/2/laser-1/up/tap", "wrong-version"),
        ("ms/1/laser-1/up/tap", "bad-topic"),
        ("bk/1/laser-1/down/tap", "bad-topic"),
        ("bk/1/Laser-1/up/tap", "bad-topic"),
        ("bk/1//up/tap", "bad-topic"),
        ("bk/1/" + "l" * 33 + "/up/tap", "bad-topic"),
        ("bk/1/laser_1/up/tap", "bad-topic"),
        ("bk/1/laser-1/up/tap/again", "bad-topic"),
        ("bk/1/laser-1/up", "bad-topic"),
        ("", "bad-topic"),
        ("bk/1/laser-1/up/dance", "unknown-kind"),
        ("bk/1/laser-1/up/grant", "unknown-kind"),
    ],
)
def test_a_topic_that_is_not_ours_is_refused(topic, code):
    assert refusal(topic, tap_with()).code == code


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"", "not-json"),
        (b"tap", "not-json"),
        (b"[]", "not-json"),
        (b'"tap"', "not-json"),
        (b"null", "not-json"),
        (tap_with() + b"\n0123456789abcdef0123456789abcdef", "bad-signature"),
        (b"\xef\xbb\xbf" + tap_with(), "not-json"),
        (tap_with().replace(b"1234,", b"NaN,"), "not-json"),
        (tap_with().replace(b"1234,", b"-Infinity,"), "not-json"),
        (b"[" * 1024, "not-json"),
        (b'{"up":' + b"9" * 1000 + b"}", "bad-field"),
        (b'{"up":"\xff"}', "not-utf8"),
        (tap_with().decode().encode("utf-16"), "not-utf8"),
        (tap_with(extra="x" * 1024), "too-long"),
    ],
)
def test_bytes_that_are_not_a_message_are_refused(payload, code):
    assert refusal(TAP_TOPIC, payload).code == code


@pytest.mark.parametrize(
    "changes",
    [
        {"up": None},
        {"up": True},
        {"up": 12.0},
        {"up": -1},
        {"up": 2**32},
        {"up": "12"},
        {"up": [12]},
        {"boot": None},
        {"boot": BOOT.upper()},
        {"boot": BOOT[:-1]},
        {"boot": 123},
        {"nonce": None},
        {"nonce": "x" * 24},
        {"nonce": ""},
        {"badge": None},
        {"badge": "04a1b2c3"},
        {"badge": "04:A1:B2"},
        {"badge": "04A"},
        {"badge": "A" * 33},
        {"badge": 4},
        {"pin": "12a4"},
        {"pin": 1234},
        {"machine": "Laser 1"},
        {"sun": "\x00"},
        {"sun": "\ud800"},
    ],
)
def test_a_field_of_the_wrong_kind_is_refused_by_name(changes):
    error = refusal(TAP_TOPIC, tap_with(**changes))
    assert error.code == "bad-field"
    assert error.detail.startswith(next(iter(changes)))


def test_fields_from_a_later_version_are_ignored():
    assert wire.parse_up(TAP_TOPIC, tap_with(colour="blue", deep={"er": [1]})) == TAP


def test_null_is_a_field_that_is_not_there():
    payload = tap_with()[:-1] + b',"pin":null}'
    assert wire.parse_up(TAP_TOPIC, payload) == TAP


@pytest.mark.parametrize(
    "j",
    [
        {},
        [1],
        [{}],
        [{"i": 1, "boot": BOOT, "up": 1, "utc": 1, "ev": "on"}] * 11,
        [json.loads(wire.encode_up(JOURNAL)[1])["j"][0] | {"badge": "04A1B2C3"}],
        [json.loads(wire.encode_up(JOURNAL)[1])["j"][0] | {"utc": -1}],
    ],
)
def test_a_journal_with_one_bad_row_is_refused_whole(j):
    topic, payload = wire.encode_up(JOURNAL)
    damaged = json.dumps(json.loads(payload) | {"j": j}).encode()
    assert refusal(topic, damaged).code == "bad-field"


def test_a_button_nobody_knows_is_refused():
    topic, payload = wire.encode_up(BUTTON)
    assert refusal(topic, payload.replace(b'"stop"', b'"open"')).code == "bad-field"


@pytest.mark.parametrize(("name", "value"), [("st", "asleep"), ("relay", 1), ("sid", "../x")])
def test_a_state_in_unknown_words_is_refused(name, value):
    topic, payload = wire.encode_up(STATE)
    assert refusal(topic, json.dumps(json.loads(payload) | {name: value}).encode()).code == (
        "bad-field"
    )


def test_a_bad_grant_spoils_the_answer_it_came_in():
    topic, payload = wire.encode_down("laser-1", ANSWER)
    fields = json.loads(payload)
    del fields["grant"]["exp"]
    error = refusal(topic, json.dumps(fields).encode(), wire.parse_down)
    assert (error.code, error.detail) == ("bad-field", "exp is missing")


def test_a_grant_answers_a_nonce_or_a_number_and_nothing_else():
    topic, payload = wire.encode_down("laser-1", GRANT)
    for wrong in (True, "7", 1.5, -1, [7]):
        damaged = json.dumps(json.loads(payload) | {"re": wrong}).encode()
        assert refusal(topic, damaged, wire.parse_down).code == "bad-field"


def test_an_off_in_a_mode_from_a_later_version_still_reaches_the_device():
    topic, payload = wire.encode_down("laser-1", OFF)
    later = json.dumps(json.loads(payload) | {"mode": "at-noon"}).encode()
    assert wire.parse_down(topic, later) == dataclasses.replace(OFF, mode="at-noon")


def test_an_off_names_one_session_or_all():
    everything = dataclasses.replace(OFF, sid="*")
    assert wire.parse_down(*wire.encode_down("laser-1", everything)) == everything
    topic, payload = wire.encode_down("laser-1", OFF)
    assert refusal(topic, payload.replace(SID.encode(), b"**"), wire.parse_down).code == "bad-field"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Yours until 15:00.", "Yours until 15:00."),
        ("Zwölf\nMinuten\u00a0noch", "Zwölf Minuten noch"),
        ("tail \x07", "tail"),
        ("bell\x07 and \ud800half", "bell and half"),
        ("word " * 40, "word " * 15 + "word…"),
    ],
)
def test_texts_are_cut_to_what_a_display_shows(text, shown):
    message = wire.Text(text=text, secs=5)
    parsed = wire.parse_down(*wire.encode_down("laser-1", message))
    assert parsed.text == shown
    assert len(parsed.text) <= 80


@pytest.mark.parametrize("shape", [*UP.values(), *DOWN.values()], ids=lambda shape: shape.build)
def test_every_field_of_a_message_has_its_check(shape):
    names = {f.name.replace("first", "from") for f in dataclasses.fields(shape.build)} - {"device"}
    assert {name for name, _ in shape.needs + shape.may} == names


def test_every_kind_says_how_it_is_published():
    for message in (*UPS, *DOWNS):
        assert message.kind in wire.QOS
        assert message.kind in wire.RETAIN
    assert [m.kind for m in DOWNS if wire.RETAIN[m.kind]] == []


def test_reading_a_tap_costs_little_more_than_reading_its_json():
    topic, payload = wire.encode_up(TAP)
    text = payload.decode()
    bare = min(repeat(lambda: json.loads(text), number=2000, repeat=5)) / 2000
    whole = min(repeat(lambda: wire.parse_up(topic, payload), number=2000, repeat=5)) / 2000
    assert whole - bare < 20e-6  # about 3 µs on a quiet machine; 2,000 taps/s leave 500 µs each
