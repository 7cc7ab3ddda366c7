"""The processes that a benchmark runs against: started, awaited and ended. Knows no figures."""

import contextlib
import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg

from demo import broker
from demo.processes import free_port

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 30.0


class Site:
    """One directory, its database and its free ports. Without a URL the database is SQLite."""

    def __init__(self, directory: Path, database_url: str = "") -> None:
        directory.mkdir(exist_ok=True)
        self.directory = directory
        self.database = directory / "bench.sqlite3"
        self.database_url = database_url or f"sqlite:///{self.database}"
        self.broker_port, self.web_port = free_port(), free_port()
        self.broker_kind = broker.choose()

    @property
    def environment(self) -> Mapping[str, str]:
        """What every process is told. DEBUG is off; the secrets are none."""
        return {
            "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
            "PYTHONPATH": str(ROOT),
            "DEBUG": "false",
            "SECRET_KEY": "only-good-for-a-benchmark-on-loopback-0123456789",
            "BADGE_PEPPER": "11" * 32,
            "BADGE_KEY": "22" * 32,
            "DATABASE_URL": self.database_url,
            "BROKER_URL": f"mqtt://127.0.0.1:{self.broker_port}",
            "BASE_URL": f"http://localhost:{self.web_port}",
            "EMAIL_URL": "dummymail://",
        }

    @contextlib.contextmanager
    def broker(self) -> Iterator[None]:
        command = broker.command(self.broker_kind, self.broker_port, self.directory)
        with self.process("broker", command):
            await_port(self.broker_port)
            yield

    @contextlib.contextmanager
    def process(self, name: str, command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
        """Runs until the block ends; its output goes to NAME.log."""
        log = (self.directory / f"{name}.log").open("wb")
        running = subprocess.Popen(command, cwd=ROOT, env=self._env(), stdout=log, stderr=log)
        try:
            yield running
        finally:
            running.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                running.wait(5)
            running.kill()
            running.wait()
            log.close()

    def run(self, module: str, plan: Mapping[str, object], **environment: str) -> Any:
        """Runs a load module to its end: JSON in, JSON out."""
        done = subprocess.run(
            [sys.executable, "-m", module],
            cwd=ROOT,
            env={**self._env(), **environment},
            input=json.dumps(plan).encode(),
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(done.stderr.decode() + self.log_tails())
        return json.loads(done.stdout)

    def count_taps(self) -> int:
        """Those on record, asked past Django: it is set up for one database only."""
        count = "SELECT COUNT(*) FROM access_accessevent WHERE kind = 'tap'"
        if self.database_url.startswith("sqlite"):
            with contextlib.closing(sqlite3.connect(self.database)) as connection:
                return int(connection.execute(count).fetchone()[0])
        with psycopg.connect(self.database_url) as connection:
            row = connection.execute(count).fetchone()
            return int(row[0]) if row else 0

    def fill(self, *words: str) -> None:
        """Lets benchmarks/world.py fill this database, in a process of its own."""
        command = [sys.executable, "-m", "benchmarks.world", *words]
        subprocess.run(command, cwd=ROOT, env=self._env(), check=True)

    def log_tails(self) -> str:
        tails = []
        for log in sorted(self.directory.glob("*.log")):
            tails.append(f"--- {log.name}\n" + "\n".join(log.read_text().splitlines()[-8:]))
        return "\n".join(tails)

    def _env(self) -> dict[str, str]:
        return {**os.environ, **self.environment}


def await_port(port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return
