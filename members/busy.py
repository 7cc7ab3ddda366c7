"""Whether somebody is at a machine beyond a moment; asked before a membership may rest.

The rooms that know register themselves in their AppConfig.ready. Knows no booking and no session.
"""

from collections.abc import Callable
from datetime import datetime

from members.models import Member

# The member, the moment beyond which it matters, and now: the name of the machine, or "".
Check = Callable[[Member, datetime, datetime], str]

_checks: dict[str, Check] = {}


def register(room: str, check: Check) -> None:
    """Let a room be asked; one check for a room."""
    _checks[room] = check


def machine_of(member: Member, beyond: datetime, now: datetime) -> str:
    """The machine that they use now and would still use `beyond`; "" where there is none."""
    names = (check(member, beyond, now) for check in _checks.values())
    return next((name for name in names if name), "")
