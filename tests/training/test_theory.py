"""What is drawn and what it is worth, for any bank and any answers."""

import random
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.people import NOW
from training.theory import (
    Asked,
    Question,
    Tally,
    draw,
    is_over,
    mark,
    may_renew,
    merged,
    needed,
    next_try,
    tally,
)

DAY = timedelta(days=1)


@st.composite
def questions(draw_):
    choices = draw_(st.integers(2, 6))
    right = draw_(st.sets(st.integers(0, choices - 1), min_size=1))
    return choices, frozenset(right)


@st.composite
def banks(draw_):
    found = draw_(st.lists(questions(), min_size=1, max_size=12))
    return [Question(pk, choices, right) for pk, (choices, right) in enumerate(found, start=1)]


def by_id(bank):
    return {question.id: question for question in bank}


def all_right(asked, bank):
    """The places that somebody who knows it all would choose."""
    return {one.id: one.places(by_id(bank)[one.id].right) for one in asked}


@given(banks(), st.integers(1, 15), st.integers())
def test_a_draw_asks_each_question_once_and_shows_every_choice_of_it(bank, asked, seed):
    drawn = draw(bank, asked, random.Random(seed))
    assert len(drawn) == min(asked, len(bank))
    assert len({one.id for one in drawn}) == len(drawn)
    for one in drawn:
        assert sorted(one.order) == list(range(by_id(bank)[one.id].choices))


@given(banks(), st.integers())
def test_whoever_chooses_what_is_right_has_everything_right(bank, seed):
    asked = draw(bank, 10, random.Random(seed))
    answers = merged(asked, {}, all_right(asked, bank))
    score = mark(asked, by_id(bank), answers, needed(len(asked), 100))
    assert score.right == score.of == len(asked) and score.passed


@given(banks(), st.integers(), st.data())
def test_one_choice_more_or_less_is_not_right(bank, seed, data):
    asked = draw(bank, 10, random.Random(seed))
    sent = all_right(asked, bank)
    spoiled = data.draw(st.sampled_from(asked))
    place = data.draw(st.integers(0, len(spoiled.order) - 1))
    sent[spoiled.id] = sorted(set(sent[spoiled.id]) ^ {place})
    score = mark(asked, by_id(bank), merged(asked, {}, sent), len(asked))
    assert score.right == len(asked) - 1 and not score.passed


@given(banks(), st.integers(), st.dictionaries(st.integers(), st.lists(st.integers())))
def test_whatever_is_sent_only_what_was_asked_is_kept(bank, seed, sent):
    asked = draw(bank, 10, random.Random(seed))
    answers = merged(asked, {}, sent)
    orders = {one.id: set(one.order) for one in asked}
    assert all(pk in orders and chosen <= orders[pk] for pk, chosen in answers.items())
    assert all(answers.values())


@given(banks(), st.integers(), st.data())
def test_an_answer_stays_until_another_one_is_sent_for_the_same_question(bank, seed, data):
    asked = draw(bank, 10, random.Random(seed))
    first = merged(asked, {}, all_right(asked, bank))
    changed = data.draw(st.sampled_from(asked))
    after = merged(asked, first, {changed.id: [0]})
    assert after[changed.id] == {changed.order[0]}
    assert {pk: chosen for pk, chosen in after.items() if pk != changed.id} == {
        pk: chosen for pk, chosen in first.items() if pk != changed.id
    }
    assert merged(asked, after, {one.id: [] for one in asked}) == after


@given(st.integers(1, 100), st.integers(1, 100))
def test_the_pass_mark_is_never_reached_with_less(asked, percent):
    enough = needed(asked, percent)
    assert enough * 100 >= asked * percent > (enough - 1) * 100
    assert 1 <= enough <= asked


def test_a_test_without_questions_is_not_passed():
    assert not mark((), {}, {}, 0).passed


def test_it_is_over_from_the_moment_it_closes():
    assert is_over(NOW, NOW) and not is_over(NOW, NOW - timedelta(microseconds=1))


def test_one_tries_again_after_the_delay_and_at_once_where_none_failed():
    assert next_try(None, DAY, NOW) is None
    assert next_try(NOW - DAY, DAY, NOW) is None
    assert next_try(NOW, DAY, NOW) == NOW + DAY


def test_a_failure_of_a_clock_ahead_delays_no_longer_than_one_of_now():
    assert next_try(NOW + 400 * DAY, DAY, NOW) == NOW + DAY


def test_a_pass_is_renewed_in_its_last_month_and_one_for_good_never():
    assert may_renew(NOW + 30 * DAY, NOW) and not may_renew(NOW + 31 * DAY, NOW)
    assert not may_renew(None, NOW)


def test_the_figures_of_a_question_count_where_it_was_asked():
    one, other = Question(1, 2, frozenset({0})), Question(2, 2, frozenset({1}))
    asked = [Asked(1, (1, 0)), Asked(2, (0, 1))]
    sittings = [(asked, {1: frozenset({0})}), (asked[:1], {1: frozenset({1})})]
    assert tally(sittings, {1: one, 2: other}) == {1: Tally(2, 1), 2: Tally(1, 0)}
    assert Tally(2, 1).percent == 50 and Tally().percent == 0
