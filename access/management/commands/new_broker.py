"""manage.py new_broker FILE: the first file of dynamic security, and the lines for .env.

It refuses to write over a file: the one there is may hold the clients of others.
"""

import os
import secrets
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from access.broker.dynsec import ADMINISTRATOR, first_file
from access.broker.passwords import BYTES
from access.broker.wanted import server_client

SERVER = "benchkey"


class Command(BaseCommand):
    help = (
        "Writes dynamic-security.json for mosquitto, with a client for the gatekeeper and one that "
        "may administrate, and prints BROKER_URL and BROKER_ADMIN for .env."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--broker", default="127.0.0.1:1883", metavar="HOST:PORT")

    def handle(self, *_args: Any, file: Path, broker: str, **_options: Any) -> None:
        server, administrator = (secrets.token_urlsafe(BYTES) for _ in range(2))
        content = first_file(server_client(SERVER, server), administrator)
        try:
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise CommandError(f"{file} cannot be written: {error.strerror}.") from error
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            out.write(content)
        self.stdout.write(f"BROKER_URL=mqtt://{SERVER}:{server}@{broker}")
        self.stdout.write(f"BROKER_ADMIN=mqtt://{ADMINISTRATOR}:{administrator}@{broker}")
