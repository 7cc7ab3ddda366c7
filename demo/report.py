"""Prints what the smoke tried, how long it took and whether it held."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


class Unexpected(Exception):
    """Something did not hold; the text says what was there instead."""


def expect(condition: object, otherwise: object) -> None:
    if not condition:
        raise Unexpected(str(otherwise))


@dataclass
class Measured:
    """Filled in by a step: the milliseconds that matter, if not all of it, and what was heard."""

    ms: float | None = None
    heard: str = ""


@dataclass
class Report:
    """Steps of several threads, a line each as they end."""

    passed: int = 0
    failed: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def step(self, what: str) -> Iterator[Measured]:
        """Times the block and prints its line; what it raises is printed and passed on."""
        measured, began = Measured(), time.perf_counter()
        try:
            yield measured
        except Exception as error:
            self._line("FAIL", began, what, measured, f"{type(error).__name__}: {error}")
            raise
        self._line("ok", began, what, measured, measured.heard)

    def _line(self, mark: str, began: float, what: str, measured: Measured, heard: str) -> None:
        ms = (time.perf_counter() - began) * 1000 if measured.ms is None else measured.ms
        with self._lock:
            self.failed += mark != "ok"
            self.passed += mark == "ok"
            print(
                f"{mark:>5} {ms:9.1f} ms  {what}" + (f"  ·  {heard}" if heard else ""), flush=True
            )

    @property
    def ok(self) -> bool:
        return self.passed > 0 and not self.failed
