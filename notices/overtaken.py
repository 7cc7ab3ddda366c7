"""Whether something has happened since a message was written that makes its mail wrong.

A room whose messages may wait, such as reminders over quiet hours, registers itself for them in
its AppConfig.ready; what it looks at is its own. Knows no kind by name.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Check = Callable[[Mapping[str, Any]], bool]  # of the context of a message

_checks: dict[str, Check] = {}


def register(kinds: Iterable[str], check: Check) -> None:
    """Ask `check` before a message of these kinds is mailed; one for a kind."""
    _checks.update(dict.fromkeys(kinds, check))


def is_overtaken(kind: str, context: Mapping[str, Any]) -> bool:
    """Nothing is, of a kind that nobody registered for."""
    check = _checks.get(kind)
    return check is not None and check(context)
