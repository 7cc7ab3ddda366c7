"""What this room forgets of a person: every message to them, sent or not, and their wishes."""

from typing import Any

from notices.models import Outbox, QuietHours, Wish


def forget(*, to: Any) -> None:
    Outbox.objects.filter(to=to).delete()
    Wish.objects.filter(member=to).delete()
    QuietHours.objects.filter(member=to).delete()
