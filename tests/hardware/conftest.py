"""A whole site of real processes: a broker, a gatekeeper, devices; on a database of its own."""

import json
import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.device.process import PATIENCE, DeviceProcess

ROOT = Path(__file__).resolve().parents[2]


class Site:
    """Its rows are written by another process, as by the web: this one touches no database."""

    def __init__(self, directory, broker, migrated, **environment):
        self.broker, self.directory = broker, directory
        self.database = directory / "site.sqlite3"
        self.environment = (
            os.environ
            | {
                "DATABASE_URL": f"sqlite:///{self.database}",
                "BROKER_URL": broker.url,
                "DEMO": "false",
                "DEBUG": "true",
            }
            | environment
        )
        self.devices = {}
        self.gatekeeper = None
        self.started = None
        shutil.copy(migrated, self.database)
        self.scene = subprocess.Popen(
            [sys.executable, "-m", "tests.hardware.scene"],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.run("fill")

    # --- the database, from outside -----------------------------------------------------------

    def run(self, what, *arguments):
        """Let tests/hardware/scene.py do something; what it answers."""
        self.scene.stdin.write(json.dumps([what, *arguments]) + "\n")
        self.scene.stdin.flush()
        line = self.scene.stdout.readline()
        assert line, f"the scene broke at {what}"
        return json.loads(line)

    # --- processes ----------------------------------------------------------------------------

    def start_gatekeeper(self, *command):
        """Ours, or another that stands in its place."""
        with (self.directory / "gatekeeper.log").open("ab") as log:
            self.gatekeeper = subprocess.Popen(
                [sys.executable, *(command or ("manage.py", "gatekeeper"))],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
            )

        self.wait_for(lambda: self.run("started") not in (None, self.started))
        self.started = self.run("started")

    def wait_for(self, condition):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, (self.directory / "gatekeeper.log").read_text()
            time.sleep(0.05)

    def kill_gatekeeper(self):
        self.gatekeeper.kill()
        self.gatekeeper.wait(PATIENCE)

    def device(self, name, *options, **environment):
        device = self.devices[name] = DeviceProcess(
            name, self.broker.port, *options, environment=environment
        )
        self.wait_until_heard(name)
        return device

    def wait_until_heard(self, name):
        """The device is connected, and the gatekeeper listens to this boot of it."""
        self.devices[name].until(connected=True)
        self.wait_for(lambda: self.run("current", name) == self.devices[name].do()["boot"])

    def tap(self, name, badge, patience=PATIENCE):
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
            self.gatekeeper.wait(PATIENCE)
        self.scene.stdin.close()
        self.scene.wait(PATIENCE)
        self.scene.stdout.close()


@contextmanager
def running_site(directory, broker, migrated, **environment):
    site = Site(directory, broker, migrated, **environment)
    try:
        yield site
    finally:
        site.close()


@pytest.fixture
def site(tmp_path, own_broker, migrated):
    with running_site(tmp_path, own_broker, migrated) as site:
        site.start_gatekeeper()
        yield site
