"""A believable makerspace, made in a second; written for the demo and used by nothing else."""

from datetime import datetime

from django.db import transaction

from demo.data import diary, paper, past, people, place, training, upkeep
from members.models import Space


@transaction.atomic
def fill(now: datetime) -> bool:
    """Makes the place where there is none, and brings its bookings up to `now`. Safe to repeat.

    Returns whether the place was made. Everything follows from `now` and fixed seeds; only keys,
    tokens and password salts differ from one database to the next.
    """
    is_new = not Space.objects.filter(slug="northside").exists()
    if is_new:
        place.furnish(now)
        people.welcome(now)
        paper.publish(now)
        upkeep.neglect(now)
        diary.write_story(now)
        training.teach(now)
    diary.live_on(now)
    diary.fill_days(now)
    past.remember()
    diary.seat_alice(now)
    return is_new
