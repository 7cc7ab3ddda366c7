"""What comes down a line that anybody may write to: noise, damage, and well-formed nonsense.

Endless and reproducible by its seed; far faster than hypothesis, and so for large numbers.
"""

import json
from itertools import count

from tests.wire.messages import DOWNS, UPS
from wire import codec

VALUES = (
    *(None, True, False, 0, -1, 1, 2**31, 2**32 - 1, 2**32, 10**40, 0.5, 1e999, -0.0),
    *("", "*", "a", "0" * 16, "f" * 24, "A" * 33, "\x00", "\ud800", "é" * 40, "1; DROP", "off-1"),
    *([], {}, [[]], [0] * 200, {"boot": {}}, [None], {"": ""}),
)
DEEP = b'{"a":' * 300 + b"1" + b"}" * 300
NUMBERS = b'{"up":' + b"9" * 900 + b"}"
TWICE = b'{"up":1,"up":2,"boot":"0123456789abcdef","boot":null}'
ODD = (b"", b"{", b"null", b"[]", b"\xff\xfe", b"{}\n" + b"0" * 32, DEEP, NUMBERS, TWICE)


def rubbish(random, device="laser-1", honest=None):
    """(topic, payload) for ever, of all kinds in both directions or like the `honest` ones."""
    if honest is None:
        honest = [codec.encode_up(m) for m in UPS] + [codec.encode_down(device, m) for m in DOWNS]
    makers = (_noise, _damaged, _damaged, _spliced, _nonsense, _nonsense, _nonsense, _odd)
    for _ in count():
        topic, payload = random.choice(honest)
        payload = random.choice(makers)(random, payload, honest)
        yield (topic if random.random() < 0.95 else _topic(random, topic)), payload


def _noise(random, _payload, _honest):
    return random.randbytes(random.choice((1, 20, 200, 1100)))


def _damaged(random, payload, _honest):
    """Some bytes flipped, or cut short."""
    damaged = bytearray(payload)
    for _ in range(random.choice((1, 1, 2, 8))):
        damaged[random.randrange(len(damaged))] ^= 1 << random.randrange(8)
    return bytes(damaged[: random.choice((len(damaged), random.randrange(len(damaged)) + 1))])


def _spliced(random, payload, honest):
    other = random.choice(honest)[1]
    return payload[: random.randrange(len(payload))] + other[random.randrange(len(other)) :]


def _nonsense(random, payload, _honest):
    """The right fields with wrong values, some missing, some of other messages."""
    fields = json.loads(payload)
    for name in random.sample(sorted(fields), min(len(fields), random.choice((1, 1, 2, 5)))):
        fields[name] = random.choice(VALUES)
    if random.random() < 0.3:
        fields.pop(random.choice(sorted(fields)))
        fields[random.choice(("re", "sid", "grant", "want", "id", "x"))] = random.choice(VALUES)
    return json.dumps(fields).encode()


def _odd(random, _payload, _honest):
    return random.choice(ODD)


def _topic(random, topic):
    parts = topic.split("/")
    parts[random.randrange(len(parts))] = random.choice(("", "bk", "2", "x" * 40, "+", "\x00", "é"))
    return "/".join(parts[: random.choice((5, 5, 5, 4, 1))])
