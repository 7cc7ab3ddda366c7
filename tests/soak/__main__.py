"""python -m tests.soak [--minutes 60]: a whole site goes on, and one part after another is killed.

What it held, each minute, goes to samples.jsonl in its directory, what happened to soak.log, and
what came of it to the screen. Exits with 1 where anything grew, was lost, or has no explanation.
It writes to staticfiles/ as an installation does, and must not change below it: use a clone.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from pathlib import Path

from tests.soak.faults import Faults
from tests.soak.people import People
from tests.soak.report import report, wrongs
from tests.soak.site import Site

EVERY = 60.0  # seconds between two samples
REST = 60.0  # seconds at the end in which nothing breaks


class Soak:
    def __init__(self, site, minutes):
        self.site, self.seconds = site, minutes * 60
        self.samples = []
        self._log = (site.directory / "soak.log").open("a", buffering=1)
        self.faults = Faults(site, self.seconds, self.say)
        self.people = People(site, self.faults, self.say)

    def say(self, what):
        self._log.write(f"{time.strftime('%H:%M:%S')} {what}\n")

    def run(self):
        while self.faults.gone < self.seconds:
            if self.faults.gone >= len(self.samples) * EVERY:
                self.sample()
            self.faults.work()
            self.people.turn()
        self.faults.mend()
        self.people.watch(REST)
        self.sample()

    def sample(self):
        site = self.site
        sample = {
            "at": self.faults.gone,
            "held": {part: site.held(part) for part in site.parts},
            "pids": {part: [process.pid for process in site.tree(part)] for part in site.parts},
            "rows": site.do("rows"),
            "files": site.files(),
        }
        self.samples.append(sample)
        with (site.directory / "samples.jsonl").open("a") as file:
            file.write(json.dumps(sample) + "\n")

    def end(self):
        """What is left when all is over."""
        do, people = self.site.do, self.people
        known = do("codes", list(people.answers))
        return {
            "minutes": self.faults.gone / 60,
            "cpu": self.site.cpu(),
            "taps": people.taps,
            "answers": people.answers,
            "lost": [n for n, code in people.answers.items() if not is_kept(known.get(n), code)],
            "pages": dict(people.pages),
            "wrong": people.wrong,
            "faults": self.faults.all,
            "alarms": do("alarms"),
            "standing": do("standing"),
            "strange": do("strange"),
            "unsealed": do("unsealed"),
            "broken": do("broken"),
        }


def is_kept(recorded, answered):
    """A tap repeated after its session has ended is told so; its line keeps the grant."""
    return recorded == answered or (answered == "session-over" and recorded == "granted")


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--directory", type=Path, help="a new one; default: one in /tmp")
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args()
    directory = options.directory or Path(tempfile.mkdtemp(prefix="soak-"))
    directory.mkdir(parents=True, exist_ok=True)
    random.seed(options.seed)
    site = Site(directory)
    try:
        site.do("workshop", options.minutes * 60 + 3600)
        site.begin()
        time.sleep(15)  # until all have started
        soak = Soak(site, options.minutes)
        soak.run()
        end = soak.end()
    finally:
        site.close()
    (directory / "end.json").write_text(json.dumps(end))
    print(report(end, soak.samples))
    return 1 if wrongs(end, soak.samples) else 0


if __name__ == "__main__":
    sys.exit(main())
