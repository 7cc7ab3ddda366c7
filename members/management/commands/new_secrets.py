"""Prints a fresh set of the secrets that production needs, as lines for .env. Stores nothing."""

import secrets
from typing import Any

from django.core.management.base import BaseCommand

KEY_BYTES = 32  # AES-256 for BADGE_KEY; no less for what it keeps company with


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        for name in ("SECRET_KEY", "BADGE_PEPPER", "BADGE_KEY"):
            self.stdout.write(f"{name}={secrets.token_hex(KEY_BYTES)}")
