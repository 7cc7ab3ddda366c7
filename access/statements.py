"""Says the gatekeeper's statements, many rows in one, to SQLite or to PostgreSQL. Decides nothing.

PostgreSQL plans a statement each time it is said, which takes it longer than to carry it out. So a
process that says the same few all day calls `keep_plans`, and each is then planned once for a
connection. Rows go over as one JSON text, so that a statement is the same for any number of them.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary
from zlib import crc32

from django.db import connection

# A plan that is kept must stay right while tables grow: it finds rows by their keys, whatever the
# statistics say of a table that was empty a minute ago. The joins are written in a good order.
PLANS = (
    "-c plan_cache_mode=force_generic_plan -c jit=off -c join_collapse_limit=1"
    " -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off"
)

# How a transaction ends. Unhurried: what a power cut takes of it would be written once more, so
# nobody waits for the disk, nor holds the disk up for those who must.
COMMIT = "COMMIT"
COMMIT_UNHURRIED = "SET LOCAL synchronous_commit = off; COMMIT"

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Statement:
    """One of PostgreSQL's, with `%(word)s` where a parameter goes; `types` by these words."""

    name: str
    sql: str
    types: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def preparation(self) -> str:
        marks = {word: f"${n}" for n, word in enumerate(self.types, start=1)}
        types = f" ({', '.join(self.types.values())})" if self.types else ""
        return f"PREPARE {self.name}{types} AS {self.sql % marks}"

    @cached_property
    def call(self) -> str:
        marks = ", ".join(f"%({word})s" for word in self.types)
        return f"EXECUTE {self.name} ({marks})" if marks else f"EXECUTE {self.name}"


@dataclass(frozen=True)
class Write:
    """Rows put into a table, or with `key`, the last of its columns, found by that and changed.

    `added` are columns to whose value a row's is added.
    """

    table: str
    columns: tuple[str, ...]
    key: str = ""
    added: tuple[str, ...] = ()

    @cached_property
    def on_sqlite(self) -> str:
        if not self.key:
            marks = ", ".join(["%s"] * len(self.columns))
            return f"INSERT INTO {self.table} ({', '.join(self.columns)}) VALUES ({marks})"  # noqa: S608
        changes = (
            f"{column} = {column} + %s" if column in self.added else f"{column} = %s"
            for column in self.columns[:-1]
        )
        return f"UPDATE {self.table} SET {', '.join(changes)} WHERE {self.key} = %s"  # noqa: S608

    @cached_property
    def on_postgres(self) -> Statement:
        mark = crc32(self.on_sqlite.encode())  # a table has several, each with its own plan
        name = f"{'update' if self.key else 'insert'}_{self.table}_{mark:08x}"
        rows = f"json_populate_recordset(NULL::{self.table}, %({name})s)"
        names = ", ".join(self.columns)
        if not self.key:
            sql = f"INSERT INTO {self.table} ({names}) SELECT {names} FROM {rows}"  # noqa: S608
            return Statement(name, sql, {name: "json"})
        changes = (
            f"{column} = {f't.{column} + ' if column in self.added else ''}r.{column}"
            for column in self.columns[:-1]
        )
        where = f"t.{self.key} = r.{self.key}"
        sql = f"UPDATE {self.table} t SET {', '.join(changes)} FROM {rows} r WHERE {where}"  # noqa: S608
        return Statement(name, sql, {name: "json"})


class _Kept:
    """Which statements a connection has planned. None: this process keeps no plans."""

    by_connection: WeakKeyDictionary[Any, set[str]] | None = None


def keep_plans() -> None:
    """For the gatekeeper, before it connects. Not for a process behind a pool of connections."""
    if on_postgres():
        options = connection.settings_dict["OPTIONS"]
        options["options"] = f"{options.get('options', '')} {PLANS}".strip()
        _Kept.by_connection = WeakKeyDictionary()


def on_postgres() -> bool:
    return connection.vendor == "postgresql"


def begin(words: str) -> None:
    """PostgreSQL says these first in the caller's transaction, so that it follows them."""
    with connection.cursor() as cursor:
        cursor.execute(_first(words))


def find(statement: Statement, params: Mapping[str, Any], *, first: str = "") -> list[Row]:
    """What PostgreSQL finds; what is to be said `first` goes ahead of it on the same journey."""
    said = f"{_first(first)}; {_said([statement])}" if first else _said([statement])
    with connection.cursor() as cursor:
        cursor.execute(said, params)
        while first and cursor.nextset():
            pass
        found: list[Row] = cursor.fetchall()
        return found


def write(*writes: tuple[Write, Sequence[Row]], end: str = "") -> None:
    """All of them in their order; those without rows are left out.

    With an `end` the caller's transaction ends with them, and is committed when this returns.
    """
    wanted = [(one, rows) for one, rows in writes if rows]
    if not wanted:
        return
    if on_postgres():
        statements = [one.on_postgres for one, _rows in wanted]
        said = _said(statements)
        texts = (as_json(one.columns, rows) for one, rows in wanted)
        params = {one.name: text for one, text in zip(statements, texts, strict=True)}
        with connection.cursor() as cursor:
            cursor.execute(f"{said}; {end}" if end and _is_outermost() else said, params)
        return
    with connection.cursor() as cursor:
        for one, rows in wanted:
            cursor.executemany(one.on_sqlite, [tuple(map(_adapted, row)) for row in rows])


def _first(words: str) -> str:
    """With BEGIN ahead, for which psycopg would make a journey of its own.

    It leaves that to us where it believes that each statement is committed by itself. When the
    transaction is over Django asks it for just that, and finds nothing to be changed.
    """
    connection.ensure_connection()
    if connection.connection.info.transaction_status.name != "IDLE":
        return words  # it has begun
    connection.connection.autocommit = True
    return f"BEGIN; {words}"


def _is_outermost() -> bool:
    """Whether COMMIT may go along: Django's own then finds nothing to be committed.

    Not inside another transaction, as tests are, which ends later.
    """
    return connection.in_atomic_block and not connection.savepoint_ids


def _said(statements: Sequence[Statement]) -> str:
    """In one go; what this connection has not planned yet is prepared first, by itself."""
    if _Kept.by_connection is None:
        return "; ".join(statement.sql for statement in statements)
    connection.ensure_connection()
    kept = _Kept.by_connection.setdefault(connection.connection, set())
    for statement in statements:
        if statement.name not in kept:
            with connection.cursor() as cursor:
                cursor.execute(statement.preparation)
            kept.add(statement.name)  # it outlives a rollback
    return "; ".join(statement.call for statement in statements)


def as_json(columns: Sequence[str], rows: Iterable[Row]) -> str:
    """For PostgreSQL's json_to_recordset and json_populate_recordset."""
    return json.dumps([dict(zip(columns, row, strict=True)) for row in rows], default=_in_json)


def _in_json(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return f"\\x{bytes(value).hex()}"
    raise TypeError(f"no column holds {value!r}")


def _adapted(value: Any) -> Any:
    kind = type(value)
    if kind is datetime:
        return connection.ops.adapt_datetimefield_value(value)
    return json.dumps(value) if kind is dict or kind is tuple else value
