"""manage.py reset_second_factor EMAIL: for the last admin, who lost phone and codes."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from members.models import Member
from members.services.roles import reset_second_factor


class Command(BaseCommand):
    help = "Forget a person's passkeys, app and codes; they add new ones at the next sign-in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        member = Member.objects.filter(email__iexact=options["email"]).first()
        if member is None:
            raise CommandError(f"Nobody here has the address {options['email']}.")
        reset_second_factor(member=member, by=None, now=timezone.now())
        self.stdout.write(f"{member.name} signs in with the password and adds a new second factor.")
