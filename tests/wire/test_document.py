"""docs/protocol.md is a specification only as long as it says what the code does."""

import json
import re
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import wire
from access import sessions, watch
from tests.wire.test_sign import VECTORS
from wire import device, journal, offline, rules, sign
from wire import fields as field
from wire.codec import DOWN, LONGEST, UP
from wire.codec import ROW as ROW_SHAPE
from wire.memory import Config

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "protocol.md").read_text()
SECTIONS = re.findall(r"^### (\w+)\n(.*?)(?=^##)", DOCUMENT, re.DOTALL | re.MULTILINE)
TOPIC = re.compile(r"^Topic `(\S+)`, QoS (\d), (not retained|retained)\.$", re.MULTILINE)
ROW = re.compile(r"^\| `(\w+)` \| ([^|]+) \| (required|optional) \|", re.MULTILINE)
MESSAGES = {  # by direction and kind, as in up/journal
    "/".join(topic[1].split("/")[-2:]): text
    for _, text in SECTIONS
    if (topic := TOPIC.search(text))
}
SHAPES = {f"up/{kind}": shape for kind, shape in UP.items()} | {
    f"down/{kind}": shape for kind, shape in DOWN.items()
}
EXAMPLES = [
    (TOPIC.search(text)[1], example)
    for text in MESSAGES.values()
    for example in re.findall(r"^```json\n(.*?)\n```$", text, re.DOTALL | re.MULTILINE)
]
ED25519 = re.compile(
    r"Public key\n`([0-9a-f]{64})`, topic `(\S+)`:\n\n```text\n(.+?)\n```", re.DOTALL
)
TYPES = {
    "bool": field.boolean,
    "uint": field.uint,
    "boot": field.boot,
    "nonce": field.nonce,
    "badge": field.badge,
    "sid": field.session,
    "word": field.word,
    "words": field.words,
    "name": field.name,
    "digits": field.pin,
    "text": field.text,
    "nonce or uint": field.asked,
    "entries": field.entries,
    "rows": field.rows,
}
# Fields whose check is made for them alone: what the tables say of them in words.
SPECIAL = {"fw", "model", "why", "st", "sun", "grant"}
BUTTON = ("up/button", "name")  # whose name is not that of a device


def parsed(topic, payload):
    return (wire.parse_up if "/up/" in topic else wire.parse_down)(topic, payload)


@pytest.mark.parametrize(("topic", "example"), EXAMPLES, ids=lambda text: text[-40:])
def test_every_example_is_a_test_vector(topic, example):
    payload = example.encode()
    message = parsed(topic, payload)
    device = topic.split("/")[2]
    encode = wire.encode_up if "/up/" in topic else lambda m: wire.encode_down(device, m)
    assert encode(message) == (topic, payload)  # byte for byte
    assert len(payload) <= LONGEST
    assert json.loads(payload)  # by another reader than ours


def test_every_json_of_the_document_is_among_the_examples():
    shown = re.findall(r"^```json\n(.*?)\n```$", DOCUMENT, re.DOTALL | re.MULTILINE)
    assert shown == [example for _, example in EXAMPLES]
    assert len(shown) > 20


@pytest.mark.parametrize(("key", "topic", "signed"), VECTORS)
def test_signatures_are_made_anew(key, topic, signed):
    body, _, found = signed.encode().rpartition(b"\n")
    prefix = sign.HMAC if topic.endswith("/list") else ""
    assert sign.sign(bytes.fromhex(key), topic, body, prefix) == signed.encode()
    assert wire.parse_down(topic, signed.encode(), bytes.fromhex(key)) if prefix else found


def test_so_are_the_one_of_a_space_and_the_name_of_a_badge_in_lists():
    key = bytes.fromhex(VECTORS[0][0])
    public, topic, signed = ED25519.search(DOCUMENT).groups()
    private = Ed25519PrivateKey.from_private_bytes(key)
    body = signed.encode().rpartition(b"\n")[0]
    assert private.public_key().public_bytes_raw().hex() == public
    assert sign.sign_ed25519(private.sign, topic, body) == signed.encode()
    assert wire.parse_down(topic, signed.encode(), None, verifier(private.public_key()))
    badge, hashed = re.search(r"badge\n`([0-9A-F]+)` is `([0-9a-f]{16})`", DOCUMENT).groups()
    assert sign.badge_in_list(key, badge) == hashed


def verifier(public):
    def genuine(signed, signature):
        public.verify(signature, signed)  # raises
        return True

    return genuine


def test_every_message_is_described_and_has_an_example():
    assert MESSAGES.keys() == SHAPES.keys()
    topics = {topic for topic, _ in EXAMPLES} | {topic for _, topic, _ in VECTORS}
    assert {"/".join(topic.split("/")[-2:]) for topic in topics} == MESSAGES.keys()


@pytest.mark.parametrize("kind", MESSAGES)
def test_the_way_of_publishing_is_as_described(kind):
    _, qos, retained = TOPIC.search(MESSAGES[kind]).groups()
    kind = kind.split("/")[-1]
    assert (int(qos), retained == "retained") == (wire.QOS[kind], wire.RETAIN[kind])


@pytest.mark.parametrize("kind", MESSAGES)
def test_the_table_of_fields_is_the_one_the_parser_uses(kind):
    shape = SHAPES[kind]
    rows = ROW.findall(MESSAGES[kind])
    assert {name for name, _, need in rows if need == "required"} == dict(shape.needs).keys()
    assert {name for name, _, need in rows if need == "optional"} == dict(shape.may).keys()


@pytest.mark.parametrize("kind", MESSAGES)
def test_the_types_in_the_table_are_the_ones_the_parser_checks(kind):
    shape = SHAPES[kind]
    checks = dict(shape.needs + shape.may)
    for name, kind_of_value, _ in ROW.findall(MESSAGES[kind]):
        expected = TYPES.get(kind_of_value)
        if name in SPECIAL or (kind, name) == BUTTON:
            assert expected is not checks[name]
        elif (kind, name) == ("down/off", "sid"):
            assert checks[name] is field.session_or_all
        else:
            assert checks[name] is expected, f"{kind}.{name}"


@pytest.mark.parametrize(
    ("what", "seconds"),
    [
        ("longest lease a device accepts", rules.LONGEST_LEASE),
        ("a question is fresh for (tap, want, time of day)", rules.FRESH),
        ("a tap or a want is sent again after", rules.RETRY_EVERY),
        ("the same badge counts again after", rules.DEBOUNCE),
        ("current must last before it is a job, or a fault", rules.SETTLE),
        ("the broker must have been away for", offline.AWAY),
        ("longest offline session", offline.LONGEST_SESSION),
        ("longest validity of a list", offline.LONGEST_LIST),
        ("rows are shown again after", journal.RETRY_EVERY),
        ("longest pulse a door accepts", rules.LONGEST_PULSE_MS // 1000),
    ],
)
def test_the_timers_are_those_of_the_rules(what, seconds):
    assert f"| {what} | {seconds} |" in DOCUMENT


@pytest.mark.parametrize(
    ("what", "seconds"),
    [
        ("lease", sessions.LEASE),
        ("both, for high-risk machines with `fin` = 0", f"5 and {sessions.SHORT_LEASE}"),
        ("heartbeat: a state at least every", Config("laser-1").heartbeat),
        ("the server takes a device for offline after", int(watch.SILENT)),
    ],
)
def test_so_are_those_of_the_server(what, seconds):
    assert f"| {what} | {seconds} |" in DOCUMENT


def test_no_timer_of_the_document_is_without_a_test():
    """The last is how often a device ticks, which it does by itself."""
    table = DOCUMENT.partition("## Timers")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (.+) \| [\d. and]+ \|$", table, re.MULTILINE)
    tried = [
        mark.args[1]
        for test in (test_the_timers_are_those_of_the_rules, test_so_are_those_of_the_server)
        for mark in test.pytestmark
    ]
    assert {what for cases in tried for what, _ in cases} == {*rows} - {
        "the relay is checked every"
    }


def test_the_table_of_rows_of_a_journal_is_the_one_the_parser_uses():
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \| (always|not in `gap`) \|", DOCUMENT, re.MULTILINE)
    types = TYPES | {"16 hex digits": field.h16}
    assert {name: types[kind] for name, kind, there in rows if there == "always"} == dict(
        ROW_SHAPE.needs
    )
    assert {name: types[kind] for name, kind, there in rows if there != "always"} == dict(
        ROW_SHAPE.may
    )


@pytest.mark.parametrize(
    ("kind", "name"), [("up/hello", "why"), ("up/state", "st"), ("up/button", "name")]
)
def test_fields_that_hold_one_of_some_words_are_told_with_all_of_them(kind, name):
    (meaning,) = re.findall(rf"^\| `{name}` \| word \| required \| (.+) \|$", MESSAGES[kind], re.M)
    check = dict(SHAPES[kind].needs)[name]
    every = set(re.findall(r"[a-z]+", DOCUMENT))
    assert {word for word in every if check(word)} == set(re.findall(r"`([a-z]+)`", meaning))


SPELLED = re.findall(
    r"^\| (boot|nonce|badge|sid|word) \| (\d+)(?: to (\d+))? characters of (`[^:|,]+?`)[ ,:|]",
    DOCUMENT,
    re.MULTILINE,
)


@pytest.mark.parametrize(("kind", "least", "most", "letters"), SPELLED)
def test_types_have_the_letters_and_lengths_of_the_document(kind, least, most, letters):
    check, least, most = TYPES[kind], int(least), int(most or least)
    allowed = [letter for letter in map(chr, range(128)) if re.match(f"[{letters[1:-1]}]", letter)]
    assert all(check(letter * most) and check(letter * least) for letter in allowed)
    assert not check(allowed[0] * (most + 1)) and not check(allowed[0] * (least - 1))
    others = set(map(chr, range(256))) - {*allowed}
    assert not any(check(allowed[0] * (most - 1) + letter) for letter in others)


def test_five_types_are_spelled_out():
    assert [kind for kind, *_ in SPELLED] == ["boot", "nonce", "badge", "sid", "word"]


def test_every_rule_of_the_document_has_a_function_that_names_it():
    described = set(re.findall(r"^### (D\d+) ", DOCUMENT, re.MULTILINE))
    sources = [Path(module.__file__).read_text() for module in (rules, offline, device)]
    implemented = set(re.findall(r"\bD\d+\b", "".join(sources)))
    assert described == {f"D{n}" for n in range(1, 13)}
    assert described <= implemented


def test_every_link_inside_the_document_leads_somewhere():
    headings = re.findall(r"^#+ (.+)$", DOCUMENT, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", DOCUMENT)) <= anchors
