"""The look is judged in a browser."""

from tests.browser import screen

__all__ = ["screen"]
