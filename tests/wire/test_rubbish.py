"""Rubbish by the million: one exception, and no memory of it."""

import random
from itertools import islice

import psutil
import pytest

import wire
from tests.wire.rubbish import rubbish

GROWTH = 4 * 2**20  # bytes; a leak of ten bytes a message would show


def read(messages):
    """Read each message in both directions; how many were in order."""
    good = 0
    for topic, payload in messages:
        for parse in (wire.parse_up, wire.parse_down):
            try:
                message = parse(topic, payload)
            except wire.ProtocolError as error:
                assert error.detail.isascii() and len(error.detail) <= 120
            else:
                good += 1
                if parse is wire.parse_up:
                    assert wire.parse_up(*wire.encode_up(message)) == message
    return good


def test_rubbish_is_refused_by_one_exception():
    read(islice(rubbish(random.Random(1)), 5_000))


@pytest.mark.long
@pytest.mark.parametrize("seed", [11, 12])
def test_a_million_messages_leave_no_trace(seed, figure):
    """Two parts of 500,000."""
    process = psutil.Process()
    messages = rubbish(random.Random(seed))
    good = read(islice(messages, 50_000))
    before = process.memory_info().rss
    good += read(islice(messages, 450_000))
    growth = process.memory_info().rss - before
    figure(
        f"500,000 messages, seed {seed}: {good:,} well-formed, all others refused; "
        f"resident memory grew by {growth / 1024:,.0f} KiB"
    )
    assert growth < GROWTH
