"""Workers that are killed while they send: `python -m tests.notices.killing SEED`.

Makes the tables of two rooms in an empty database, posts messages, forks one worker after another
and kills each with SIGKILL at a random moment; the last one may finish. Prints as JSON the letters'
ids, and how many were killed. Run by tests/notices/test_killing.py, which holds the mail server.
"""

import json
import multiprocessing
import random
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import django

django.setup()

from django.apps import apps  # noqa: E402
from django.db import connection, connections  # noqa: E402

from notices.mail import render  # noqa: E402
from notices.models import Outbox  # noqa: E402
from notices.samples import SAMPLES  # noqa: E402
from notices.services import post, send_due  # noqa: E402
from notices.transport import Line  # noqa: E402
from tests.people import a_member  # noqa: E402

PEOPLE, KILLS = 60, 12
LONGEST = 0.02  # seconds from the beginning of a letter to the kill
NOW = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
DAY = timedelta(hours=25)  # longer than any wait after a failed try
KIND = "certification-given"


def set_the_scene() -> None:
    with connection.schema_editor() as editor:
        for room in ("members", "notices"):
            for model in apps.get_app_config(room).get_models():
                editor.create_model(model)
    for number in range(PEOPLE):
        to = a_member(f"M{number} Reader", plan=None)
        post(to=to, kind=KIND, key=str(number), context=SAMPLES[KIND], at=NOW)
    render(KIND, SAMPLES[KIND], to)  # templates and addresses are read once, not by each worker


def work(now: datetime, begun: Any) -> None:
    """One round; `begun` counts the letters it has begun to hand over."""
    hand_over = Line.send

    def counted(line: Line, message: Any) -> None:
        begun.value += 1
        hand_over(line, message)

    Line.send = counted  # type: ignore[method-assign]
    send_due(now)


def kill_one(number: int, dice: random.Random) -> bool:
    """In its first, second or third letter; whether there still was a worker to kill."""
    connections.close_all()  # a forked connection would be shared
    fork = multiprocessing.get_context("fork")
    begun = fork.Value("i", 0)
    worker = fork.Process(target=work, args=(NOW + number * DAY, begun))
    worker.start()
    letters = dice.randint(1, 3)
    while begun.value < letters and worker.is_alive():
        time.sleep(0.001)
    time.sleep(dice.uniform(0, LONGEST))
    worker.kill()
    worker.join()
    return worker.exitcode == -signal.SIGKILL


def main(seed: int) -> None:
    set_the_scene()
    dice = random.Random(seed)
    killed = sum(kill_one(number, dice) for number in range(KILLS))
    while send_due(NOW + KILLS * DAY):
        pass  # a busy machine may need more than one round's time
    rows = Outbox.objects.all()
    print(
        json.dumps(
            {
                "killed": killed,
                "letters": [str(row.letter) for row in rows],
                "unsent": rows.filter(sent_at=None).count(),
                "tried_again": sum(row.attempts - 1 for row in rows),
            }
        )
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
