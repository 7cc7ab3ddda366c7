"""python -m tests.faults.gatekeeper FILE: the gatekeeper, on a wall clock that is FILE seconds off.

Everything else of it is what `manage.py gatekeeper` runs, its monotonic clock included.
"""

import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402

from access.gatekeeper import Gatekeeper  # noqa: E402


def main(file):
    def clock():
        return datetime.now(UTC) + timedelta(seconds=float(file.read_text()))

    gatekeeper = Gatekeeper(settings.BROKER_URL, "benchkey-gatekeeper", clock=clock)
    signal.signal(signal.SIGTERM, lambda *_: gatekeeper.stop())
    gatekeeper.run()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
