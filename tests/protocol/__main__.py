"""Lives as a program, on the database of the environment.

python -m tests.protocol many SEED STEPS     two gatekeepers that take turns
python -m tests.protocol overlap SEED STEPS  two that do not; needs a database of its own
"""

import os
import sys

import django


def main(what: str, seed: int, steps: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from tests.protocol import lives, overlapping

    print(overlapping.live(seed, steps) if what == "overlap" else lives.many(seed, steps, 2))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
