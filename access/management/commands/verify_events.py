"""manage.py verify_events: is the access log as it was written?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from access.models import AccessEvent, Device
from access.services import verify


class Command(BaseCommand):
    help = "Checks every device's chain of access events; exits 1 where one is broken."

    def handle(self, *_args: Any, **_options: Any) -> None:
        names = dict(Device.objects.values_list("pk", "name"))
        broken = list(verify())
        for line in broken:
            device = names.get(line.device_id or 0, "no device")
            self.stderr.write(f"{device}: event {line.event_id}: {line.why}")
        if broken:
            raise CommandError("The log was changed after it was written.")
        sealed = AccessEvent.objects.filter(number__isnull=False).count()
        self.stdout.write(f"{sealed} events are as they were written.")
