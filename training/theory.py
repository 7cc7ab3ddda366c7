"""A theory test: what is asked, what is right, and when one may try again. PURE.

Frozen facts and a source of chance in, answers out; it knows no database, no clock and no words.
Choices are counted from 0 as the question has them. A person never sees those numbers, only the
places of a drawn order: whoever writes the right choice first gives nothing away.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

FEWEST_CHOICES, MOST_CHOICES = 2, 6
RENEW_BEFORE = timedelta(days=30)  # a pass that ends sooner may be made new

Item = TypeVar("Item")


class Chance(Protocol):
    """What is drawn with, such as random.Random."""

    def sample(self, population: Sequence[Item], k: int) -> list[Item]: ...


@dataclass(frozen=True, slots=True)
class Question:
    """One of the bank: `choices` counts them, `right` are those that have to be chosen."""

    id: int
    choices: int
    right: frozenset[int]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of a sitting, and the order in which its choices are shown."""

    id: int
    order: tuple[int, ...]

    def chosen(self, places: Iterable[int]) -> frozenset[int]:
        """The choices behind places of the page; places there never were are nothing."""
        return frozenset(self.order[place] for place in places if 0 <= place < len(self.order))

    def places(self, choices: Collection[int]) -> list[int]:
        """Where the page shows these choices."""
        return [place for place, choice in enumerate(self.order) if choice in choices]


@dataclass(frozen=True, slots=True)
class Terms:
    """How a test is sat."""

    asked: int
    pass_percent: int
    retake: timedelta
    limit: timedelta


@dataclass(frozen=True, slots=True)
class Score:
    right: int
    of: int
    needed: int

    @property
    def passed(self) -> bool:
        return self.of > 0 and self.right >= self.needed


Answers = Mapping[int, frozenset[int]]


def draw(bank: Sequence[Question], asked: int, chance: Chance) -> tuple[Asked, ...]:
    """`asked` different questions, each with its choices in an order of its own."""
    drawn = chance.sample(bank, min(asked, len(bank)))
    return tuple(
        Asked(question.id, tuple(chance.sample(range(question.choices), question.choices)))
        for question in drawn
    )


def needed(asked: int, pass_percent: int) -> int:
    """How many right answers that is: a part of one counts as one more."""
    return -(-asked * pass_percent // 100)


def merged(asked: Iterable[Asked], before: Answers, sent: Mapping[int, Iterable[int]]) -> Answers:
    """What is answered after `sent`: by question, the places that were chosen.

    Nothing sent for a question leaves what was there. What was never asked is let fall.
    """
    answers = dict(before)
    for one in asked:
        if chosen := one.chosen(sent.get(one.id, ())):
            answers[one.id] = chosen
    return answers


def is_right(question: Question, answers: Answers) -> bool:
    """All of the right choices and none of the others."""
    return answers.get(question.id, frozenset()) == question.right


def mark(
    asked: Iterable[Asked], questions: Mapping[int, Question], answers: Answers, needed: int
) -> Score:
    """What the sitting is worth. What was not answered is not right."""
    marks = [is_right(questions[one.id], answers) for one in asked]
    return Score(sum(marks), len(marks), needed)


def is_over(closes_at: datetime, now: datetime) -> bool:
    """The moment it closes is too late already, as for everything that ends."""
    return now >= closes_at


def next_try(failed_at: datetime | None, retake: timedelta, now: datetime) -> datetime | None:
    """When one may try again, where that lies ahead. A failure from a clock ahead of ours is now.

    `failed_at`: when the last one that was not passed ended, if none was passed since.
    """
    if failed_at is None:
        return None
    again = min(failed_at, now) + retake
    return again if again > now else None


def may_renew(until: datetime | None, now: datetime) -> bool:
    """Whether a pass that ends at `until`, None for never, is near enough to its end."""
    return until is not None and until - now <= RENEW_BEFORE


@dataclass(frozen=True, slots=True)
class Tally:
    """How one question fared."""

    asked: int = 0
    right: int = 0

    @property
    def percent(self) -> int:
        return round(100 * self.right / self.asked) if self.asked else 0


def tally(
    sittings: Iterable[tuple[Sequence[Asked], Answers]], questions: Mapping[int, Question]
) -> dict[int, Tally]:
    """By question, how often it was asked and how often it was right."""
    counted: dict[int, Tally] = {}
    for asked, answers in sittings:
        for one in asked:
            before = counted.get(one.id, Tally())
            is_it = one.id in questions and is_right(questions[one.id], answers)
            counted[one.id] = Tally(before.asked + 1, before.right + is_it)
    return counted
