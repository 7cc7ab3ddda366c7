"""A measured figure beside its limit, and the table it stands in. Measures nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """`limit` is the most a value may be, or with `at_least` the least; None: told, not judged."""

    what: str
    value: float
    unit: str
    limit: float | None = None
    at_least: bool = False

    @property
    def verdict(self) -> str:
        if self.limit is None:
            return ""
        held = self.value >= self.limit if self.at_least else self.value <= self.limit
        return "ok" if held else "short"

    def line(self) -> str:
        sign = "≥" if self.at_least else "≤"
        limit = "" if self.limit is None else f"{sign} {number(self.limit)} {self.unit}"
        return f"  {self.what:58} {number(self.value):>9} {self.unit:6} {limit:>16}  {self.verdict}"


@dataclass(frozen=True)
class Table:
    """What one benchmark found; `foreign` is the CPU that others used meanwhile, 100 a core."""

    name: str
    setting: str
    figures: Sequence[Figure]
    foreign: float

    def text(self) -> str:
        head = f"{self.name}: {self.setting}; foreign CPU {self.foreign:.0f} %"
        return "\n".join([head, *(figure.line() for figure in self.figures)])


def number(value: float) -> str:
    return f"{value:,.0f}" if isinstance(value, int) or abs(value) >= 100 else f"{value:.2f}"


def quantile(values: Iterable[float], share: float) -> float:
    """The smallest value that `share` of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
