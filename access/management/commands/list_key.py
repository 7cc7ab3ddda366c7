"""manage.py list_key: the public key that devices with `list-ed25519` are flashed with."""

from typing import Any

from django.core.management.base import BaseCommand

from access.services.keys import list_public_key


class Command(BaseCommand):
    help = "Prints the Ed25519 public key of this installation's offline lists, 64 hex digits."

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(list_public_key().hex())
