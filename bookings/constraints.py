"""NoOverlap: the database itself refuses two claims on one machine at one time.

On PostgreSQL it is an exclusion constraint; `int8range(m, m, '[]')` stands for equality so that
the GiST index needs no extension. On SQLite it is a pair of triggers, emitted wherever Django
emits the table, because SQLite drops a table's triggers whenever Django remakes it to alter it.
It knows the columns of a booking and no rule about them.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement, Table
from django.db.models import BaseConstraint, Model
from django.utils.translation import gettext_lazy as _

POSTGRES = """
CONSTRAINT {name} EXCLUDE USING gist (
    int8range(machine_id, machine_id, '[]') WITH &&,
    tstzrange(starts, blocked_until, '[)') WITH &&
) WHERE (holds)"""

# `IS NOT NEW.id` also covers an insert, whose NEW.id may be NULL. The index (machine,
# blocked_until) serves the search: only a machine's claims that end after NEW.starts are read.
SQLITE = """
CREATE TRIGGER {name} BEFORE {event} ON %(table)s WHEN NEW.holds BEGIN
    SELECT RAISE(ABORT, '{constraint}') WHERE EXISTS (
        SELECT 1 FROM %(table)s WHERE holds AND machine_id = NEW.machine_id
        AND blocked_until > NEW.starts AND starts < NEW.blocked_until AND id IS NOT NEW.id
    );
END"""

COLUMNS = "machine_id, starts, blocked_until, holds"


class OwnConstraint(BaseConstraint):
    """One that Django does not know: equal by name and words, so that it sees no change in none."""

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return bool(self.deconstruct() == other.deconstruct())

    def __hash__(self) -> int:
        return hash(self.name)


class NoOverlap(OwnConstraint):
    """Rows with `holds` never share an instant of [starts, blocked_until) on one machine."""

    default_violation_error_message = _("Someone else has this machine then.")

    # Django types both arguments as optional, and always gives them.
    def constraint_sql(  # type: ignore[override]
        self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor
    ) -> str | None:
        """The clause inside CREATE TABLE; on SQLite none, the triggers follow the table."""
        if schema_editor.connection.vendor == "postgresql":
            return POSTGRES.format(name=schema_editor.quote_name(self.name)).strip()
        schema_editor.deferred_sql.extend(self._triggers(model, schema_editor))
        return None

    def create_sql(  # type: ignore[override]
        self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor
    ) -> Any:
        table = schema_editor.quote_name(model._meta.db_table)
        return f"ALTER TABLE {table} ADD {self.constraint_sql(model, schema_editor)}"

    def remove_sql(  # type: ignore[override]
        self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor
    ) -> Any:
        table = schema_editor.quote_name(model._meta.db_table)
        return f"ALTER TABLE {table} DROP CONSTRAINT {schema_editor.quote_name(self.name)}"

    def _triggers(
        self, model: type[Model], schema_editor: BaseDatabaseSchemaEditor
    ) -> list[Statement]:
        """One trigger for new rows, one for changed ones; they follow the table if renamed."""
        events = {"insert": "INSERT", "update": f"UPDATE OF {COLUMNS}"}
        return [
            Statement(
                SQLITE.format(
                    name=schema_editor.quote_name(f"{self.name}_{word}"),
                    event=event,
                    constraint=self.name,
                ),
                table=Table(model._meta.db_table, schema_editor.quote_name),
            )
            for word, event in events.items()
        ]

    def validate(
        self,
        model: type[Model],
        instance: Any,
        exclude: Any = None,
        using: str = DEFAULT_DB_ALIAS,
    ) -> None:
        if not instance.holds:
            return
        others = model._default_manager.using(using).filter(
            holds=True,
            machine=instance.machine_id,
            starts__lt=instance.blocked_until,
            blocked_until__gt=instance.starts,
        )
        if others.exclude(pk=instance.pk).exists():
            raise ValidationError(self.get_violation_error_message(), code=self.name)
