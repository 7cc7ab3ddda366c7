"""What happened without the server, row by row, until the server has it. Knows no rule of its own.

Rows are numbered without end, through every reboot. When the store is full the oldest give way to
one row `gap` that bears the number of the last one lost, so that nothing disappears unnoticed.
"""

from dataclasses import replace

from wire.memory import Memory, Row

KEPT = 64


def note(memory: Memory, ev: str, badge: str | None = None, sid: str | None = None) -> None:
    """One more row about what happens now; `utc` is 0 while the time of day is not known."""
    store, up = memory.store, int(memory.up)
    utc = 0 if memory.utc_at_boot is None else memory.utc_at_boot + up
    row = Row(store.next_row, memory.boot, up, utc, ev, badge, sid)
    memory.store = replace(store, rows=_bounded((*store.rows, row)), next_row=row.i + 1)


def _bounded(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    if len(rows) <= KEPT:
        return rows
    last_lost, *kept = rows[-KEPT:]
    return (replace(last_lost, ev="gap", badge=None, sid=None), *kept)
