"""Short ways to a time that stories share: some day ahead, by the clock of the workshop."""

from datetime import UTC, datetime, time, timedelta

from django.utils import timezone

from tests.people import World


def at(world: World, hour: int, *, day: int = 1) -> datetime:
    """The full hour of a day so far ahead that it does not matter when the story is told."""
    tz = world.space.tz
    date = timezone.now().astimezone(tz).date() + timedelta(days=day)
    return datetime.combine(date, time(hour), tz).astimezone(UTC)


def typed(world: World, hour: int, *, day: int = 1) -> str:
    """The same as a field of a form takes it."""
    return f"{at(world, hour, day=day).astimezone(world.space.tz):%Y-%m-%dT%H:%M}"
