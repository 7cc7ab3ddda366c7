"""manage.py gatekeeper: answers taps and renews leases until it is told to stop."""

import ctypes
import fcntl
import os
import signal
import socket
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection

from access.broker.backends import Backend, backend_of
from access.gatekeeper import Gatekeeper
from access.mqtt import Address
from access.statements import keep_plans

# It reads few rows, and what SQLite maps of its file counts as the gatekeeper's own memory.
MODEST = "PRAGMA mmap_size=0; PRAGMA cache_size=-2000;"


class Command(BaseCommand):
    help = "Answers taps and renews leases, until SIGTERM or Ctrl-C."
    requires_system_checks = ()  # they load every page, a sixth of its memory; the web runs them

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--name",
            default="benchkey-gatekeeper",
            help="client id at the broker; each of several gatekeepers has its own",
        )

    def handle(self, *_args: Any, name: str, **_options: Any) -> None:
        backend = configured_backend()
        if connection.vendor == "sqlite":
            connection.settings_dict["OPTIONS"]["init_command"] += MODEST
        keep_plans()
        give_back_memory()
        lock = only_one_on_sqlite()
        gatekeeper = Gatekeeper(settings.BROKER_URL, name, backend=backend)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: gatekeeper.stop())
        try:
            gatekeeper.run()
        finally:
            with suppress(DatabaseError):
                connection.close()
            if lock is not None:
                os.close(lock)


def give_back_memory() -> None:
    """What reading all its modules took and left free: glibc keeps it, a tenth of the process."""
    with suppress(OSError, AttributeError):  # another C library gives it back by itself
        ctypes.CDLL(None).malloc_trim(0)


def configured_backend() -> Backend | None:
    """Which broker to set right; refuses an address that is none, which no wait would mend."""
    try:
        Address.of(settings.BROKER_URL)
        return backend_of(settings.BROKER_ADMIN)
    except ValueError as error:
        raise CommandError(f"BROKER_URL or BROKER_ADMIN: {error}") from error


def only_one_on_sqlite() -> int | None:
    """Two would each hold sessions the other cannot see in time; the lock dies with its process."""
    if connection.vendor != "sqlite":
        return None
    path = Path(f"{connection.settings_dict['NAME']}.gatekeeper.lock")
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise CommandError(
            "Another gatekeeper runs on this SQLite database, and there may be only one. "
            "Stop it first, or use PostgreSQL for several."
        ) from error
    os.ftruncate(descriptor, 0)
    os.write(descriptor, f"{os.getpid()} on {socket.gethostname()}\n".encode())
    return descriptor
