"""Questions in plain text: what is read out of it, and what is wrong with them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.drafts import Draft, flaws, parse

GOOD = Draft("Which glasses?", ("Grey", "Green"), frozenset({1}), "For this light.")


def codes(draft):
    return [reason.code for reason in flaws(draft)]


def test_a_text_of_two_questions_is_two_drafts_with_their_lines():
    text = """
Which glasses?
- Grey
* Green
> For this light.


Who stays while
it cuts?
*Whoever started it
-Nobody
"""
    assert parse(text) == [
        Draft("Which glasses?", ("Grey", "Green"), frozenset({1}), "For this light.", 2),
        Draft("Who stays while it cuts?", ("Whoever started it", "Nobody"), frozenset({0}), "", 8),
    ]
    assert not any(flaws(draft) for draft in parse(text))


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        (Draft("", GOOD.choices, GOOD.right), "question-without-text"),
        (Draft("x" * 401, GOOD.choices, GOOD.right), "question-too-long"),
        (Draft("Q", ("One",), frozenset({0})), "question-choices"),
        (Draft("Q", tuple("abcdefg"), frozenset({0})), "question-choices"),
        (Draft("Q", ("a", ""), frozenset({0})), "choice-empty"),
        (Draft("Q", ("a", "x" * 201), frozenset({0})), "choice-too-long"),
        (Draft("Q", ("a", "a"), frozenset({0})), "choice-twice"),
        (Draft("Q", ("a", "b"), frozenset()), "question-without-right"),
    ],
)
def test_what_is_wrong_is_named(draft, code):
    assert codes(draft) == [code]


def test_a_sound_one_has_no_flaw():
    assert not flaws(GOOD)


@given(st.text(max_size=300))
def test_any_text_is_read_without_an_error(text):
    for draft in parse(text):
        assert all(0 <= place < len(draft.choices) for place in draft.right)
        flaws(draft)


line = st.text("abc ?", min_size=1, max_size=20).map(str.strip).filter(bool)


@given(st.lists(st.tuples(line, st.lists(line, min_size=2, max_size=6, unique=True)), max_size=5))
def test_what_was_meant_is_what_is_read(meant):
    blocks = [
        "\n".join([text, f"* {first}", *(f"- {one}" for one in rest)])
        for text, (first, *rest) in meant
    ]
    read = parse("\n\n".join(blocks))
    assert [(" ".join(draft.text.split()), list(draft.choices)) for draft in read] == [
        (" ".join(text.split()), choices) for text, choices in meant
    ]
    assert all(draft.right == {0} for draft in read)
