"""Counted: the database itself counts the changes of each machine's bookings, in bookings_tally.

A calendar of a machine, or of two hundred, is then known to be unchanged by adding up numbers,
however many bookings there are, and no service or import can forget to count. It is no rule; it
is declared as a constraint because Django re-creates those whenever it remakes a table, which
drops triggers on SQLite. It knows the columns of a booking and nobody who reads the tally.

Nothing waits for long: whoever changes a booking has its machine locked already.
"""

from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement, Table
from django.db.models import Model

from bookings.constraints import OwnConstraint

# What a reader could see: a booking that is merely over and done says the same as before. Named
# in the bodies and not as UPDATE OF, or PostgreSQL would let nobody alter these columns.
SEEN = """NEW.machine_id <> OLD.machine_id OR NEW.member_id <> OLD.member_id
    OR NEW.sequence <> OLD.sequence OR NEW.updated_at <> OLD.updated_at
    OR NEW.state <> OLD.state AND NEW.state <> 'done'"""
ADD = """INSERT INTO bookings_tally (machine_id, changes) VALUES ({row}.machine_id, 1)
    ON CONFLICT (machine_id) DO UPDATE SET changes = bookings_tally.changes + 1;"""
ADD_NEW, ADD_OLD = ADD.format(row="NEW"), ADD.format(row="OLD")
LEAVES = "NEW.machine_id <> OLD.machine_id"

SQLITE = {
    "insert": f"AFTER INSERT ON %(table)s BEGIN {ADD_NEW} END",
    "update": f"AFTER UPDATE ON %(table)s WHEN {SEEN} BEGIN {ADD_NEW} END",
    "leave": f"AFTER UPDATE ON %(table)s WHEN {LEAVES} BEGIN {ADD_OLD} END",
}
POSTGRES = f"""
CREATE OR REPLACE FUNCTION {{function}}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP = 'INSERT' THEN {ADD_NEW} RETURN NULL; END IF;
    IF {SEEN} THEN {ADD_NEW} END IF;
    IF {LEAVES} THEN {ADD_OLD} END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER {{name}} AFTER INSERT OR UPDATE ON %(table)s
    FOR EACH ROW EXECUTE FUNCTION {{function}}()"""


class Counted(OwnConstraint):
    """Every insert, and every update that a reader could see, adds one to its machine's tally."""

    # Django types both arguments as optional, and always gives them.
    def constraint_sql(  # type: ignore[override]
        self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor
    ) -> str | None:
        """No clause inside CREATE TABLE: the triggers follow the table."""
        schema_editor.deferred_sql.extend(self._triggers(model, schema_editor))
        return None

    def create_sql(  # type: ignore[override]
        self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor
    ) -> Any:
        """On PostgreSQL only; on SQLite Django remakes the table instead."""
        (trigger,) = self._triggers(model, schema_editor)
        return trigger

    def remove_sql(  # type: ignore[override]
        self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor
    ) -> Any:
        table = schema_editor.quote_name(model._meta.db_table)
        return f"DROP TRIGGER {schema_editor.quote_name(self.name)} ON {table}"

    def _triggers(
        self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor
    ) -> list[Statement]:
        """They follow the table if it is renamed."""
        quote, table = (
            schema_editor.quote_name,
            Table(model._meta.db_table, schema_editor.quote_name),
        )
        if schema_editor.connection.vendor == "postgresql":
            sql = POSTGRES.format(name=quote(self.name), function=quote(f"{self.name}_now"))
            return [Statement(sql.strip(), table=table)]
        return [
            Statement(f"CREATE TRIGGER {quote(f'{self.name}_{word}')} {event}", table=table)
            for word, event in SQLITE.items()
        ]

    def validate(
        self,
        model: type[Model],
        instance: Any,
        exclude: Any = None,
        using: str = DEFAULT_DB_ALIAS,
    ) -> None:
        """Every row will do."""
