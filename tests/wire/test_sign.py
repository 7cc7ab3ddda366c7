"""A signed message is heard as it was said, by who was meant, or not at all."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wire
from tests.wire.messages import ANSWER, TAP, downs, ups
from wire import sign

KEY = bytes(range(32))
OTHER_KEY = bytes(32)
DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "protocol.md").read_text()
VECTORS = re.findall(
    r"^Key `([0-9a-f]{64})`, topic `(\S+)`:\n\n```text\n(.+?)\n```$",
    DOCUMENT,
    re.DOTALL | re.MULTILINE,
)


def refusal(topic, payload, key=KEY, parse=wire.parse_up):
    with pytest.raises(wire.ProtocolError) as caught:
        parse(topic, payload, key)
    return caught.value.code


@pytest.mark.parametrize(("key", "topic", "payload"), VECTORS)
def test_the_vectors_of_the_document_are_heard(key, topic, payload):
    key = bytes.fromhex(key)
    parse, encode = (
        (wire.parse_up, wire.encode_up)
        if "/up/" in topic
        else (wire.parse_down, lambda m, k: wire.encode_down("laser-1", m, k))
    )
    message = parse(topic, payload.encode(), key)
    assert encode(message, key) == (topic, payload.encode())


def test_the_document_has_a_vector_each_way():
    assert {topic.split("/")[3] for _, topic, _ in VECTORS} == {"up", "down"}


@given(ups)
def test_what_a_device_signs_survives_the_wire(message):
    topic, payload = wire.encode_up(message, KEY)
    assert wire.parse_up(topic, payload, KEY) == message


@given(downs)
def test_what_the_server_signs_survives_the_wire(message):
    topic, payload = wire.encode_down("laser-1", message, KEY)
    assert wire.parse_down(topic, payload, KEY) == message


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_one_changed_byte_anywhere_is_noticed(place, bits):
    topic, payload = wire.encode_up(TAP, KEY)
    damaged = bytearray(payload)
    damaged[place % len(damaged)] ^= bits
    assert refusal(topic, bytes(damaged)) in ("unsigned", "bad-signature")


def test_an_unsigned_message_is_refused_where_a_key_is_given():
    assert refusal(*wire.encode_up(TAP)) == "unsigned"
    assert refusal(*wire.encode_down("laser-1", ANSWER), parse=wire.parse_down) == "unsigned"


def test_a_signature_of_another_key_is_refused():
    assert refusal(*wire.encode_up(TAP, OTHER_KEY)) == "bad-signature"


@pytest.mark.parametrize("topic", ["bk/1/laser-2/up/tap", "bk/1/laser-1/up/state"])
def test_a_signature_counts_for_its_own_topic_only(topic):
    _, payload = wire.encode_up(TAP, KEY)
    assert refusal(topic, payload) == "bad-signature"


def test_a_signature_that_nobody_can_check_is_refused():
    assert refusal(*wire.encode_up(TAP, KEY), key=None) == "bad-signature"


def test_the_signature_does_not_count_towards_the_length():
    topic, payload = wire.encode_up(TAP)
    padded = payload.ljust(1024)
    assert wire.parse_up(topic, sign.sign(KEY, topic, padded), KEY) == TAP
    assert refusal(topic, sign.sign(KEY, topic, padded + b" ")) == "too-long"


@pytest.mark.parametrize(
    ("payload", "signed"),
    [
        (b'{"on":true}', False),
        (b'{"on":true}\n', False),
        (b'{\n"on":true}\n0123456789abcdef0123456789abcdef', True),
        (b'{"on":true}\n0123456789ABCDEF0123456789ABCDEF', False),
        (b'{"on":true}\n0123456789abcdef', False),
        (b"", False),
    ],
)
def test_a_signature_is_seen_as_one(payload, signed):
    assert sign.is_signed(payload) is signed


def test_the_arithmetic_is_that_of_the_standard():
    """What `openssl dgst -sha256 -mac HMAC -macopt key:Jefe` says of "a", line feed, "b"."""
    assert sign.signature(b"Jefe", "a", b"b") == "8e8935fa7a5ece2bdff3e5082f923ffa"
