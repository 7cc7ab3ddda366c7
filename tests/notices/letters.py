"""The letters of the tests; a new kind's sample goes to notices/samples.py."""

from notices.samples import SAMPLES as CONTEXTS

__all__ = ["CONTEXTS"]
