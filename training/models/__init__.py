"""Every table of the room, by noun."""

from training.models.attendee import Attendee
from training.models.induction import Induction
from training.models.theory import TheoryAttempt, TheoryQuestion, TheoryTest

__all__ = ["Attendee", "Induction", "TheoryAttempt", "TheoryQuestion", "TheoryTest"]
