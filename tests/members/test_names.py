"""Names as others see them, and as they may be typed."""

import pytest

from members.fields import NameField
from members.names import shorten, tidy


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("Jonas Peters", "Jonas P."),
        ("Ana María del Mar", "Ana M."),
        ("Ludwig", "Ludwig"),
        ("  Jonas   Peters ", "Jonas P."),
        ("", ""),
    ],
)
def test_others_see_the_first_name_and_an_initial(name: str, seen: str) -> None:
    assert shorten(name) == seen


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Jonas\r\nBcc: everybody@example.org", "Jonas Bcc: everybody@example.org"),
        ("\u202eJonas\u202c", "Jonas"),
        ("Jo\u200bnas\x00\x1b[31m", "Jonas[31m"),
        ("Jonas\u2028Peters\t III", "Jonas Peters III"),
        ("علی\u200cرضا", "علی\u200cرضا"),
        ("\u200b\n", ""),
    ],
)
def test_a_name_is_kept_on_one_line_without_what_nobody_sees(typed: str, kept: str) -> None:
    assert tidy(typed) == kept
    assert NameField(required=False).clean(typed.replace("\x00", "")) == kept
