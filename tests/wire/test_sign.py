"""A signed message is heard as it was said, by who was meant, or not at all."""

import dataclasses
import json
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


# Lists -------------------------------------------------------------------------------------------

LIST = wire.List(
    dev="laser-1",
    seq=7,
    iss=1_795_337_000,
    exp=1_795_380_000,
    e=(wire.Entry("0123456789abcdef", 1_795_337_000, 1_795_340_000, 60),),
)
LIST_TOPIC = "bk/1/laser-1/down/list"


def unsigned_list(**changes):
    body = wire.encode_down("laser-1", LIST, KEY)[1].partition(b"\n")[0]
    return json.dumps(json.loads(body) | changes).encode()


def list_refusal(payload, key=KEY, verifier=None, topic=LIST_TOPIC):
    with pytest.raises(wire.ProtocolError) as caught:
        wire.parse_down(topic, payload, key, verifier)
    return caught.value


def test_a_list_survives_the_wire():
    assert wire.parse_down(*wire.encode_down("laser-1", LIST, KEY), KEY) == LIST


def test_a_list_cannot_be_sent_unsigned():
    with pytest.raises(ValueError, match="without a signature"):
        wire.encode_down("laser-1", LIST)


def test_a_list_is_refused_unless_it_is_signed_with_the_key_for_this_device():
    topic, payload = wire.encode_down("laser-1", LIST, KEY)
    assert list_refusal(unsigned_list()).code == "unsigned"
    assert list_refusal(payload, OTHER_KEY).code == "bad-signature"
    assert list_refusal(payload, None).code == "bad-signature"
    assert list_refusal(payload, topic="bk/1/laser-2/down/list").code == "bad-signature"
    assert list_refusal(payload.replace(b'"seq":7', b'"seq":8')).code == "bad-signature"


def test_the_signature_of_a_message_is_not_that_of_a_list():
    assert list_refusal(sign.sign(KEY, LIST_TOPIC, unsigned_list())).code == "bad-signature"


def test_an_ed25519_list_is_refused_where_nobody_can_check_it():
    error = list_refusal(unsigned_list() + b"\ne:" + b"0" * 128)
    assert (error.code, error.detail) == (
        "bad-signature",
        "nothing here can check an Ed25519 signature",
    )


def test_an_ed25519_signature_that_is_too_short_is_not_even_checked():
    payload = unsigned_list() + b"\ne:" + b"ab" * 16
    assert list_refusal(payload, verifier=lambda *_: True).code == "bad-signature"


@pytest.mark.parametrize("genuine", [True, False])
def test_an_ed25519_list_counts_as_the_verifier_finds_it(genuine):
    seen = []
    body = unsigned_list()
    payload = body + b"\ne:" + b"ab" * 64

    def verifier(signed, signature):
        seen.append((signed, signature))
        return genuine

    if genuine:
        assert wire.parse_down(LIST_TOPIC, payload, None, verifier) == LIST
    else:
        assert list_refusal(payload, verifier=verifier).code == "bad-signature"
    assert seen == [(LIST_TOPIC.encode() + b"\n" + body, b"\xab" * 64)]


@pytest.mark.parametrize(
    "changes",
    [
        {"seq": -1},
        {"dev": "Laser 1"},
        {"e": None},
        {"e": {}},
        {"e": [["0123456789abcdef", 1, 2]]},
        {"e": [["0123456789ABCDEF", 1, 2, 3]]},
        {"e": [["0123456789abcdef", 1, 2.5, 3]]},
        {"e": [["0123456789abcdef", 1, True, 3]]},
        {"e": ["0123456789abcdef"]},
    ],
)
def test_a_list_with_a_wrong_field_is_refused_whole(changes):
    signed = sign.sign(KEY, LIST_TOPIC, unsigned_list(**changes), sign.HMAC)
    assert list_refusal(signed).code == "bad-field"


def test_what_a_later_version_adds_to_an_entry_is_ignored():
    longer = unsigned_list(e=[[*LIST.e[0], "more", 5]])
    signed = sign.sign(KEY, LIST_TOPIC, longer, sign.HMAC)
    assert wire.parse_down(LIST_TOPIC, signed, KEY) == LIST


def test_a_list_may_be_longer_than_a_message_and_has_its_end_too():
    many = dataclasses.replace(LIST, e=LIST.e * 85)
    topic, payload = wire.encode_down("laser-1", many, KEY)
    assert 1024 < len(payload) <= 4096 + 35
    assert wire.parse_down(topic, payload, KEY) == many
    too_many = dataclasses.replace(LIST, e=LIST.e * 100)
    assert list_refusal(wire.encode_down("laser-1", too_many, KEY)[1]).code == "too-long"


def test_a_badge_stands_in_a_list_as_a_hash_under_the_devices_own_key():
    hashed = sign.badge_in_list(KEY, "04A1B2C3D4E5F6")
    assert f"the badge\n`04A1B2C3D4E5F6` is `{hashed}`" in DOCUMENT
    assert sign.badge_in_list(OTHER_KEY, "04A1B2C3D4E5F6") != hashed
