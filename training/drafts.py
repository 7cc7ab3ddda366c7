"""Questions as somebody writes them, and the plain text many are pasted in. PURE.

    Which fire extinguisher stands beside the laser?
    * Carbon dioxide
    - Water
    > Water and lenses do not go together.

A blank line ends a question. It knows nothing of tests, databases and words: what is wrong with a
draft is a reason, and says in which line.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from equipment.reason import Reason
from training.theory import FEWEST_CHOICES, MOST_CHOICES

MOST_TEXT = 400  # characters of a question, and of what explains it
MOST_CHOICE = 200
RIGHT, WRONG, BECAUSE = "*", "-", ">"


@dataclass(frozen=True, slots=True)
class Draft:
    """A question to be written; `line` is where it began, 0 for one that was typed by itself."""

    text: str
    choices: tuple[str, ...]
    right: frozenset[int]
    explanation: str = ""
    line: int = 0


def parse(text: str) -> list[Draft]:
    """All questions of a pasted text, flawed ones too."""
    return [_draft(block) for block in _blocks(text)]


def flaws(draft: Draft) -> list[Reason]:
    """Everything that keeps a draft from being a question; empty means it is one."""
    found = {
        "question-without-text": not draft.text,
        "question-too-long": max(len(draft.text), len(draft.explanation)) > MOST_TEXT,
        "question-choices": not FEWEST_CHOICES <= len(draft.choices) <= MOST_CHOICES,
        "choice-empty": not all(draft.choices),
        "choice-too-long": any(len(choice) > MOST_CHOICE for choice in draft.choices),
        "choice-twice": len(set(draft.choices)) < len(draft.choices),
        "question-without-right": not draft.right,
    }
    params = {"question": draft.text[:60], "line": draft.line or None}
    return [Reason(code, params) for code, is_so in found.items() if is_so]


def _blocks(text: str) -> Iterator[list[tuple[int, str]]]:
    """Lines that stand together, each with its number from 1."""
    block: list[tuple[int, str]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            block.append((number, line.strip()))
        elif block:
            yield block
            block = []
    if block:
        yield block


def _draft(block: list[tuple[int, str]]) -> Draft:
    lines = [line for _number, line in block]
    choices = [line for line in lines if line[0] in (RIGHT, WRONG)]
    return Draft(
        text=_joined(line for line in lines if line[0] not in (RIGHT, WRONG, BECAUSE)),
        choices=tuple(choice[1:].strip() for choice in choices),
        right=frozenset(n for n, choice in enumerate(choices) if choice[0] == RIGHT),
        explanation=_joined(line[1:].strip() for line in lines if line[0] == BECAUSE),
        line=block[0][0],
    )


def _joined(lines: Iterable[str]) -> str:
    return " ".join(lines).strip()
