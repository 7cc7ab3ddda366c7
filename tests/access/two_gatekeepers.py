"""A small place in the database of the environment, for real gatekeepers; JSON in, JSON out."""

import json
import sys
from datetime import UTC, datetime

from benchmarks import world


def fill(plan: dict[str, int]) -> None:
    """As the benchmarks' place, with so few machines and members."""
    import django

    django.setup()
    world.MACHINES, world.SMALL, world.MEMBERS = plan["machines"], 1, plan["members"]
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    world.place_and_people(now)
    world.bookings_of_today(now)


if __name__ == "__main__":
    fill(json.load(sys.stdin))
    sys.stdout.write("null")
