"""`./run demo --smoke`: the main job over real HTTP and real MQTT, headless, on free ports.

Prints each step with its milliseconds; the exit code is 0 only if all of them held. It sees the
makerspace from outside, as people and devices do; only its rows are made beforehand.
"""

import asyncio
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from demo.processes import free_port
from demo.report import Report
from demo.supervisor import Site, Supervisor, run_site


def run() -> int:
    report, began = Report(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="benchkey-smoke-") as directory:
        site = Site(Path(directory), free_port())
        print(f"Smoke of Benchkey at {site.base_url}, broker {site.broker_kind}", flush=True)

        async def drive(supervisor: Supervisor) -> None:
            from demo import scenes  # its rows need the Django that `prepare` has set up

            print(f"{'':5} {(time.monotonic() - began) * 1000:9.1f} ms  all processes started")
            await asyncio.to_thread(scenes.play, supervisor.site.directory, report)

        run_site(site, prepare, drive)
        if not report.ok:
            print_logs(site.directory)
    print(f"{report.passed} passed, {report.failed} failed in {time.monotonic() - began:.1f} s")
    return 0 if report.ok else 1


def print_logs(directory: Path, lines: int = 12) -> None:
    """The end of what each process said: the directory is about to go."""
    for log in sorted(directory.glob("*.log")):
        said = log.read_text(errors="replace").splitlines()[-lines:]
        print(f"--- {log.name}", *said, sep="\n")


def prepare() -> dict[str, list[str]]:
    """Makes the database and its rows; returns the devices."""
    import django  # here, so that the broker and the web are already starting meanwhile

    django.setup()
    from django.core.management import call_command

    from demo import workshop

    call_command("migrate", verbosity=0)
    workshop.fill(datetime.now(UTC))
    return {name: [] for name in workshop.MACHINES}
