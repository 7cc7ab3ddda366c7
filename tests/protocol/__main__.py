"""Lives as a program, on the database of the environment.

python -m tests.protocol many SEED STEPS     two gatekeepers that take turns
python -m tests.protocol overlap SEED STEPS  two at once; needs a database of its own
python -m tests.protocol unheld SEED STEPS   two at once that do not wait for one another
"""

import os
import sys

import django


def main(what: str, seed: int, steps: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from tests.protocol import lives, overlapping

    lead = {
        "many": lambda: lives.many(seed, steps, 2),
        "overlap": lambda: overlapping.live(seed, steps),
        "unheld": lambda: overlapping.live_without_turns(seed, steps),
    }
    print(lead[what]())


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
