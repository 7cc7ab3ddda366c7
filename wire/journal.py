"""What happened without the server, row by row, until the server has it. Knows no rule of its own.

Rows are numbered without end, through every reboot. When the store is full the oldest give way to
one row `gap` that bears the number of the last one lost, so that nothing disappears unnoticed.
"""

from dataclasses import replace

from wire.memory import Config, Memory
from wire.messages import Filed, Journal, Row

KEPT = 64
AT_ONCE = 5  # at their longest, so many fit into a message
RETRY_EVERY = 10


def note(memory: Memory, ev: str, badge: str | None = None, sid: str | None = None) -> None:
    """One more row about what happens now; `utc` is 0 while the time of day is not known."""
    store, up = memory.store, int(memory.up)
    utc = 0 if memory.utc_at_boot is None else memory.utc_at_boot + up
    row = Row(store.next_row, memory.boot, up, utc, ev, badge, sid)
    memory.store = replace(store, rows=_bounded((*store.rows, row)), next_row=row.i + 1)


def due(memory: Memory, up: float) -> bool:
    """Whether rows wait and the server has not been shown them in the last 10 s."""
    if not memory.connected or not memory.store.rows:
        return False
    return memory.filed_at is None or up - memory.filed_at >= RETRY_EVERY


def show(memory: Memory, config: Config, up: float) -> Journal:
    """The oldest rows, again and again until they are filed."""
    rows = memory.store.rows[:AT_ONCE]
    memory.filed_at, memory.shown = up, rows[-1].i
    return Journal(
        device=config.name,
        boot=memory.boot,
        up=int(up),
        list=memory.store.list.seq if memory.store.list else 0,
        first=rows[0].i,
        j=rows,
    )


def filed_refused(memory: Memory, filed: Filed) -> str | None:
    """Why this does not say that the server has what it was shown."""
    rows = memory.store.rows
    if not rows or filed.upto < rows[0].i:
        return "no such rows here"
    if filed.upto > memory.shown:
        return "rows not shown since the boot"
    return None


def drop(memory: Memory, filed: Filed) -> None:
    """The server has them; the next rows may go."""
    rows = tuple(row for row in memory.store.rows if row.i > filed.upto)
    memory.store = replace(memory.store, rows=rows)
    memory.filed_at = None


def _bounded(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    if len(rows) <= KEPT:
        return rows
    last_lost, *kept = rows[-KEPT:]
    return (replace(last_lost, ev="gap", badge=None, sid=None), *kept)
