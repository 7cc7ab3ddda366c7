"""The worker's round of the outbox."""

from django.utils import timezone

from notices import services

# A message leaves within about a minute. Waking the worker from `post` would be quicker, and would
# cost every booking and every tap another write.
SCHEDULES = (("send", "* * * * *"), ("purge", "53 3 * * *"))


def send() -> int:
    """Send what is due; how many went."""
    return services.send_due(timezone.now())


def purge() -> int:
    """Forget what was told long ago; how many messages went."""
    return services.purge(timezone.now())
