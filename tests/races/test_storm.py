"""Sixteen browsers storm book, move, cancel, waitlist and series, on either database."""

from collections import Counter

import pytest


def weather(play, seconds):
    """What a storm of so many seconds left behind; nothing it did may break a page or a rule."""
    after = play(str(seconds), "tests.races.storm")
    assert after["broken"] == []
    assert not [answer for answer in after["answers"] if answer.endswith(" 500")]
    assert (after["overlaps"], after["over quota"], after["stuck"]) == ([], [], [])
    return after["answers"]


def test_a_squall_breaks_nothing(play):
    answers = weather(play, 4)
    assert answers["book 302"] > 0


@pytest.mark.long
def test_a_minute_of_storm_breaks_nothing(play, figure):
    answers = weather(play, 60)
    by_verb = Counter()
    for answer, count in answers.items():
        by_verb[answer.rsplit(" ", 1)[0]] += count
    assert {"book", "move", "cancel", "wait", "series"} <= by_verb.keys()
    told = ", ".join(f"{answer}: {count}" for answer, count in answers.items())
    figure(f"{sum(answers.values())} forms by 16 browsers in 60 s; {told}")
