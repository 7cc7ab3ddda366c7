"""Badge numbers: written in many ways, one on the wire."""

import pytest

from members.services import normalise_badge
from members.services.badges import BadgeError, open_number, seal_number


@pytest.mark.parametrize(
    ("text", "fmt", "number"),
    [
        ("04:a3:b2:c1", "hex", "04A3B2C1"),
        (" 04-A3 b2c1 ", "hex", "04A3B2C1"),
        ("C1B2A304", "reversed", "04A3B2C1"),
        ("0077837", "decimal", "0001300D"),
        ("ab" * 16, "hex", "AB" * 16),  # the longest the wire carries
    ],
)
def test_a_number_is_read_however_it_is_printed(text, fmt, number):
    assert normalise_badge(text, fmt) == number


@pytest.mark.parametrize(
    ("text", "fmt"),
    [
        ("04A3B", "hex"),
        ("04", "hex"),
        ("ab" * 17, "hex"),
        ("wxyz", "hex"),
        ("", "hex"),
        ("12.5", "decimal"),
        ("9" * 13, "decimal"),
        ("9" * 5000, "decimal"),
    ],
)
def test_what_no_reader_could_send_is_refused_in_words(text, fmt):
    with pytest.raises(BadgeError, match="badge number"):
        normalise_badge(text, fmt)


def test_a_sealed_number_opens_again_and_never_looks_the_same():
    assert open_number(seal_number("04A3B2C1")) == "04A3B2C1"
    assert seal_number("04A3B2C1") != seal_number("04A3B2C1")
