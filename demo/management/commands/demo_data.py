"""Fills the database with a believable makerspace, or brings the one that is there up to now."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from bookings.models import Booking
from demo.data import fill
from equipment.models import Machine
from members.models import Member


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        is_new = fill(timezone.now())
        if options["verbosity"]:
            self.stdout.write(
                f"{'Made' if is_new else 'Kept'}: {Member.objects.count()} members, "
                f"{Machine.objects.count()} machines, {Booking.objects.count()} bookings."
            )
