"""The worker's round of the outbox."""

from django.utils import timezone

from notices import services

# A message leaves within about a minute. Waking the worker from `post` would be quicker, and would
# cost every booking and every tap another write.
SCHEDULES = (("send", "* * * * *"),)


def send() -> int:
    """Send what is due; how many went."""
    return services.send_due(timezone.now())
