"""What people do about inductions; each one thing, atomic, with one Change behind it."""

from training.services.holding import Mark, finish, mark, mark_everybody
from training.services.planning import Plan, cancel_induction, change_induction, plan_induction
from training.services.signing_up import sign_up, withdraw

__all__ = [
    "Mark",
    "Plan",
    "cancel_induction",
    "change_induction",
    "finish",
    "mark",
    "mark_everybody",
    "plan_induction",
    "sign_up",
    "withdraw",
]
