"""A whole site of real processes: a broker, a gatekeeper, devices; on a database of its own."""

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.device.process import DeviceProcess

ROOT = Path(__file__).resolve().parents[2]


class Site:
    """Its rows are written by short-lived processes, as the web would: this one has no database."""

    def __init__(self, directory, broker):
        self.broker, self.directory = broker, directory
        self.database = directory / "site.sqlite3"
        self.environment = os.environ | {
            "DATABASE_URL": f"sqlite:///{self.database}",
            "BROKER_URL": broker.url,
            "DEMO": "false",
            "DEBUG": "true",
        }
        self.devices = {}
        self.gatekeeper = None
        self.manage("migrate", "--verbosity", "0")
        self.run("fill")

    # --- the database, from outside -----------------------------------------------------------

    def manage(self, *words):
        command = [sys.executable, "manage.py", *words]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def run(self, what, *arguments):
        """Let tests/hardware/scene.py do something, and tell what it printed."""
        command = [sys.executable, "-m", "tests.hardware.scene", what, *map(str, arguments)]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    # --- processes ----------------------------------------------------------------------------

    def start_gatekeeper(self):
        with (self.directory / "gatekeeper.log").open("ab") as log:
            self.gatekeeper = subprocess.Popen(
                [sys.executable, "manage.py", "gatekeeper"],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
            )

    def kill_gatekeeper(self):
        self.gatekeeper.kill()
        self.gatekeeper.wait(10)

    def device(self, name, *options):
        device = self.devices[name] = DeviceProcess(name, self.broker.port, *options)
        device.until(connected=True)
        return device

    def tap(self, name, badge, patience=8):
        """The answer to a tap; None where nobody gave one."""
        device = self.devices[name]
        device.do("tap", badge=badge)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            status = device.do()
            if status["answer"] is not None:
                return status["answer"]
            time.sleep(0.02)
        return None

    def close(self):
        for device in self.devices.values():
            device.close()
        if self.gatekeeper is not None and self.gatekeeper.poll() is None:
            self.gatekeeper.terminate()
            self.gatekeeper.wait(10)


@contextmanager
def running_site(directory, broker):
    site = Site(directory, broker)
    try:
        yield site
    finally:
        site.close()


@pytest.fixture
def site(tmp_path, own_broker):
    with running_site(tmp_path, own_broker) as site:
        site.start_gatekeeper()
        yield site
