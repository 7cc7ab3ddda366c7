"""manage.py import_csv FILE --kind members|machines|certifications (docs/import.md)."""

import time
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from desk.imports import runner
from desk.imports.batch import NEW, UNCHANGED, UPDATED, Outcomes
from desk.imports.sheet import Unreadable

BAR = 40  # characters
EVERY = 5.0  # seconds between two lines where there is no terminal


class Command(BaseCommand):
    help = "Bring members, machines or certifications in from a CSV file; safe to run twice."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--kind", choices=sorted(runner.KINDS), required=True)
        parser.add_argument("--dry-run", action="store_true", help="judge and count, write nothing")
        parser.add_argument(
            "--keep-going",
            action="store_true",
            help="write the sound lines of a file with bad ones",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        prepared = self._prepare(options, now)
        self._report(prepared, options["file"])
        problems = len(prepared.judged.problems)
        if problems and not options["keep_going"]:
            raise CommandError(
                f"Nothing was written: {problems} of {problems + len(prepared.judged.lines)} lines"
                " need mending. Mend them, or leave them out with --keep-going."
            )
        progress = Progress(self.stderr)
        outcomes = runner.write(prepared, now, progress.show, dry_run=options["dry_run"])
        progress.done()
        self.stdout.write(summary(outcomes, problems, options["dry_run"]))

    def _prepare(self, options: dict[str, Any], now: Any) -> runner.Prepared:
        try:
            return runner.prepare(options["file"].read_bytes(), options["kind"], now)
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be opened: {error.strerror}.") from error
        except Unreadable as error:
            raise CommandError(str(error)) from error

    def _report(self, prepared: runner.Prepared, file: Path) -> None:
        if prepared.encoding == "Windows-1252":
            self.stderr.write(
                f"{file.name} is not UTF-8 and was read as Windows-1252 (Latin-1)."
                " Look at names with accents."
            )
        if prepared.unknown:
            self.stderr.write(f"Columns left out of account: {', '.join(prepared.unknown)}.")
        for problem in prepared.judged.problems:
            self.stderr.write(f"line {problem.number}: {problem.reason}")


class Progress:
    """A bar on a terminal; elsewhere a line every few seconds."""

    def __init__(self, out: Any, clock: Callable[[], float] = time.monotonic) -> None:
        self.out, self.clock = out, clock
        self.is_terminal = out.isatty()
        self.told_at = clock()

    def show(self, done: int, total: int) -> None:
        if self.is_terminal:
            bar = "█" * (BAR * done // total)
            self.out.write(f"\r{bar:·<{BAR}} {done:,} of {total:,}", ending="")
            self.out.flush()
        elif self.clock() - self.told_at >= EVERY:
            self.told_at = self.clock()
            self.out.write(f"{done:,} of {total:,} lines")

    def done(self) -> None:
        if self.is_terminal:
            self.out.write("")


def summary(outcomes: Outcomes, problems: int, dry_run: bool) -> str:
    counts = ", ".join(f"{outcomes[each]:,} {each}" for each in (NEW, UPDATED, UNCHANGED))
    bad = f", {problems:,} left out" if problems else ""
    return f"Would be: {counts}{bad}. Nothing was written." if dry_run else f"{counts}{bad}."
