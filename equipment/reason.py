"""A reason: a code and the facts of it, without words; knows no language and no clock. PURE."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Reason:
    """Why not. `params` feed the words of the registry (equipment/words.py); datetimes are UTC."""

    code: str
    params: Mapping[str, object] = field(default_factory=dict, hash=False)
