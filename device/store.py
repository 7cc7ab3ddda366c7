"""What the simulated device keeps over a reboot: one JSON file, or memory. Knows no rule."""

import json
import os
from dataclasses import asdict
from pathlib import Path

from wire.memory import Store
from wire.messages import Entry, List, Row


class NotSaved(Exception):
    """The store could not be written; the one before is there still."""


class Shelf:
    """`store` is what was saved last; without a path it lasts as long as the process.

    Raises ValueError if the file is there but holds no store: to start from nothing would let an
    old list count again.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self.store = Store()
        if path is not None and path.exists():
            self.store = _read(path)

    def save(self, store: Store) -> None:
        """Raises NotSaved."""
        if self.path is not None:
            try:
                _write(self.path, store)
            except OSError as error:
                raise NotSaved(str(error)) from error
        self.store = store


def _read(path: Path) -> Store:
    try:
        values = json.loads(path.read_bytes())
        found = values["list"]
        if found is not None:
            found = List(**found | {"e": tuple(Entry(*entry) for entry in found["e"])})
        rows = tuple(Row(**row) for row in values["rows"])
        return Store(found, values["granted"], rows, values["next_row"])
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError(f"{path} holds no store of this device: {error!r}") from None


def _write(path: Path, store: Store) -> None:
    """All or nothing, also when the power fails in the middle of it."""
    beside = path.with_name(path.name + ".new")
    with beside.open("w") as file:
        json.dump(asdict(store), file)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)  # the new name is written down, too
    finally:
        os.close(directory)
