"""manage.py reconcile_broker: sets the broker right now, and says what that took."""

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from access.broker.backends import BrokerError
from access.management.commands.gatekeeper import configured_backend
from access.services.broker import reconcile_broker


class Command(BaseCommand):
    help = "Makes the broker hold one client for each device. The gatekeeper does it by itself."

    def handle(self, *_args: Any, **_options: Any) -> None:
        backend = configured_backend()
        if backend is None:
            raise CommandError("BROKER_ADMIN is not set, so the broker is not kept from here.")
        try:
            outcome = reconcile_broker(backend=backend, now=datetime.now(UTC))
        except BrokerError as error:
            raise CommandError(str(error)) from error
        for step in outcome.done:
            self.stdout.write(f"done: {step.why} {step.subject}".rstrip())
        for name in outcome.foreign:
            self.stdout.write(f"left alone: {name}, which others made")
        for name, why in outcome.failed.items():
            self.stderr.write(f"failed: {name}: {why}")
        if outcome.failed:
            raise CommandError("The broker is not as it should be.")
        if not outcome.done:
            self.stdout.write("The broker is as it should be.")
