"""manage.py new_space NAME --zone Europe/Berlin --admin-email --admin-name (docs/install.md)."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from desk import starting


class Command(BaseCommand):
    help = "Make a space with its administrator; safe to run twice."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="as people call it: “Northside workshop”")
        parser.add_argument("--zone", required=True, help="its time zone, like Europe/Berlin")
        parser.add_argument("--slug", default="", help="its short name; else made from its name")
        parser.add_argument(
            "--hours", default="", help="of every day, like 08:00-22:00; else it is always open"
        )
        parser.add_argument("--admin-email", required=True)
        parser.add_argument("--admin-name", required=True)
        parser.add_argument(
            "--plan",
            action="append",
            default=[],
            dest="plans",
            help="what members sign up to; may be repeated; else “Full” where there is none",
        )
        parser.add_argument(
            "--password-stdin",
            action="store_true",
            help="the administrator's password is the first line of the input",
        )
        parser.add_argument(
            "--starter", action="store_true", help="also make the usual six tool classes"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        beginning, now = self._checked(options), timezone.now()
        with transaction.atomic():
            told = starting.begin(beginning=beginning, now=now)
            if options["starter"]:
                made = starting.make_classes(how_to_get={}, now=now)
                told.append(f"Tool classes made: {', '.join(made) or 'none, all are there'}.")
        for line in told:
            self.stdout.write(line)
        if beginning.password is None:
            address = settings.BASE_URL + reverse("account_reset_password")
            self.stdout.write(
                f"Without a password yet? {beginning.admin_email} sets one: {address}"
            )

    def _checked(self, options: dict[str, Any]) -> starting.Beginning:
        password = sys.stdin.readline().rstrip("\r\n") if options["password_stdin"] else None
        names = ("name", "slug", "zone", "hours", "admin_name", "admin_email", "plans")
        try:
            return starting.checked(**{name: options[name] for name in names}, password=password)
        except starting.CannotStart as error:
            raise CommandError(str(error)) from error
