"""Sixteen browsers at once on one small space: `python -m tests.races.storm SECONDS`.

Each is a process of its own that sends what the pages' forms send, as fast as it can, while
another process is the worker. Prints as JSON how often each page answered what, and what became of
the rules. Run by tests/races/test_storm.py.
"""

import json
import multiprocessing
import sys
import time
import traceback
from collections import Counter
from datetime import timedelta
from random import Random

import django

django.setup()

from django.core.signals import got_request_exception  # noqa: E402
from django.db import connections  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from bookings import jobs  # noqa: E402
from bookings.models import Booking, Wait  # noqa: E402
from bookings.services.changing_series import Scope  # noqa: E402
from tests.bookings.life import (  # noqa: E402
    Life,
    all_bookings,
    empty_the_tables,
    over_quota,
    overlaps,
)
from tests.bookings.waiting import stuck_offers  # noqa: E402

BROWSERS = 16
State = Booking.State


class Browser:
    """One member's, sending forms; `random` decides which."""

    def __init__(self, life, member, random):
        self.life, self.member, self.random = life, member, random
        self.client = Client(raise_request_exception=False)
        self.client.force_login(member)
        self.answers = Counter()

    def send(self, verb, page, *args, **form):
        answer = self.client.post(reverse(f"bookings:{page}", args=args), form)
        self.answers[f"{verb} {answer.status_code}"] += 1

    def when(self):
        starts, ends = self.life.a_slot()
        wall = starts.astimezone(self.life.world.space.tz)
        return {
            "starts": f"{wall:%Y-%m-%dT%H:%M}",
            "minutes": str((ends - starts) // timedelta(minutes=1)),
        }

    def mine(self, *states):
        rows = Booking.objects.filter(member=self.member, state__in=states)
        return self.life.pick(rows.order_by("pk"))

    def book(self):
        self.send("book", "booking_create", self.life.pick(self.life.machines).slug, **self.when())

    def move(self):
        if booking := self.mine(State.CONFIRMED, State.REQUESTED):
            machine = self.life.pick(self.life.machines).slug
            self.send("move", "booking_move", booking.public_id, machine=machine, **self.when())

    def cancel(self):
        if booking := self.mine(State.CONFIRMED, State.REQUESTED):
            self.send("cancel", "booking_cancel", booking.public_id)

    def book_a_series(self):
        machine = self.life.pick(self.life.machines)
        rhythm = {"rhythm": "daily", "every": "1", "ends_by": "count", "count": "3", "book": "1"}
        self.send("series", "series_create", machine.slug, **self.when(), **rhythm)

    def change_a_series(self):
        booking = self.life.pick(Booking.objects.filter(member=self.member).exclude(series=None))
        if booking:
            self.send(
                "cancel series", "series_cancel", booking.public_id, scope=str(Scope.FOLLOWING)
            )

    def wait(self):
        machine, when = self.life.pick(self.life.machines), self.when()
        ends = timezone.now() + timedelta(days=9)
        window = {"starts": when["starts"], "ends": f"{ends:%Y-%m-%dT%H:%M}"}
        self.send("wait", "wait_create", what=machine.slug, minutes="60", **window)

    def answer_an_offer(self):
        if offer := self.mine(State.OFFERED):
            page = self.random.choice(["offer_take", "offer_take", "offer_decline"])
            self.send(page, page, offer.public_id)

    def withdraw(self):
        if wish := self.life.pick(Wait.objects.filter(member=self.member).order_by("pk")):
            self.send("withdraw", "wait_withdraw", wish.public_id)


ACTIONS = (
    *(["book"] * 5),
    *(["move"] * 3),
    *(["cancel"] * 4),
    *(["wait"] * 2),
    *(["answer_an_offer"] * 2),
    "book_a_series",
    "change_a_series",
    "withdraw",
)


def browse(life, number, until, answers):
    """Send forms until then; tells how often each was answered what, and every exception."""
    broken = []
    got_request_exception.connect(lambda **_: broken.append(traceback.format_exc()), weak=False)
    life.random = Random(number)
    browser = Browser(life, life.members[number % len(life.members)], life.random)
    while time.monotonic() < until:
        getattr(browser, browser.random.choice(ACTIONS))()
    answers.put((dict(browser.answers), broken[:3]))


def work(until, answers):
    """The worker's minute, over and over."""
    broken = []
    while time.monotonic() < until:
        for job in (jobs.lapse, jobs.offer, jobs.disrupt):
            try:
                job()
            except Exception:
                broken.append(traceback.format_exc())
        time.sleep(0.2)
    answers.put(({}, broken[:3]))


def storm(seconds):
    setup_test_environment()
    empty_the_tables()
    life = Life(Random(0), now=timezone.now())
    connections.close_all()  # a forked connection would be shared
    fork = multiprocessing.get_context("fork")
    answers, until = fork.SimpleQueue(), time.monotonic() + seconds
    processes = [
        *(fork.Process(target=browse, args=(life, n, until, answers)) for n in range(BROWSERS)),
        fork.Process(target=work, args=(until, answers)),
    ]
    for process in processes:
        process.start()
    told = [answers.get() for _ in processes]
    for process in processes:
        process.join()
    now = timezone.now()
    return {
        "answers": dict(sorted(sum((Counter(each) for each, _ in told), Counter()).items())),
        "broken": [trace for _, traces in told for trace in traces],
        "overlaps": overlaps(all_bookings()),
        "over quota": over_quota(all_bookings(), now),
        "stuck": stuck_offers(now),
    }


if __name__ == "__main__":
    print(json.dumps(storm(float(sys.argv[1])), default=str))
