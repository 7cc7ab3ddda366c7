"""The words of every reason the training room gives, each with what to do next."""

from training.words.inductions import register_inductions
from training.words.theory import register_theory


def register_training() -> None:
    register_inductions()
    register_theory()
