"""All processes of a site, each of which can be killed and comes back. Knows no rule."""

import json
import os
import random
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil

from demo import broker
from demo.processes import free_port
from tests.conftest import await_port
from tests.device.process import DeviceProcess
from tests.hardware.test_rubbish import AS_IT_RUNS

ROOT = Path(__file__).resolve().parents[2]
PYTHON = sys.executable
BOXES = {
    "mill": (),
    "router": ("--caps", "relay,current"),
    "router-reader": ("--caps", "reader,button,display"),
    "extractor": ("--caps", "relay"),
    "door": ("--caps", "reader,door"),
}


class Site:
    """A broker, a gatekeeper, a worker, two web processes and five devices."""

    def __init__(self, directory):
        self.directory, self.port, self.web_port = directory, free_port(), free_port()
        self.environment = (
            os.environ
            | AS_IT_RUNS
            | {
                "DATABASE_URL": f"sqlite:///{directory}/site.sqlite3",
                "BROKER_URL": f"mqtt://127.0.0.1:{self.port}",
                "DEMO": "false",
                "DJANGO_SETTINGS_MODULE": "config.settings",
            }
        )
        self.commands = {
            "broker": broker.command("mosquitto", self.port, directory),
            "gatekeeper": [PYTHON, "manage.py", "gatekeeper"],
            "worker": [PYTHON, "manage.py", "qcluster"],
            "web": [
                PYTHON, "-m", "uvicorn", "config.asgi:application", "--workers", "2", "--lifespan",
                "off", "--host", "127.0.0.1", "--port", str(self.web_port), "--no-access-log",
            ],
        }  # fmt: skip
        self.running, self.boxes = {}, {}
        self._spent, self._gone = {}, 0.0  # seconds of CPU, by part; of those that are gone
        self._manage("migrate", "--verbosity", "0")
        self._manage("collectstatic", "--noinput", "--verbosity", "0")
        scene = [PYTHON, "-m", "tests.soak.scene"]
        self._scene = self._start(scene, "scene", stdin=-1, stdout=-1, text=True)

    def begin(self):
        self.start("broker")
        await_port(self.port)
        for part in (*self.commands, *BOXES):
            if part != "broker":
                self.start(part)

    def _manage(self, *command):
        subprocess.run([PYTHON, "manage.py", *command], cwd=ROOT, env=self.environment, check=True)

    def _start(self, command, name, **options):
        with (self.directory / f"{name}.log").open("ab") as log:
            options = {"stdout": log, "stderr": log} | options
            return subprocess.Popen(command, cwd=ROOT, env=self.environment, **options)

    # --- parts --------------------------------------------------------------------------------

    @property
    def parts(self):
        return [*self.running, *self.boxes]

    def start(self, part):
        if part in BOXES:
            self.boxes[part] = DeviceProcess(part, self.port, *BOXES[part])
        else:
            self.running[part] = self._start(self.commands[part], part)

    def tree(self, part):
        """Its process and those that it has started."""
        pid = self.boxes[part].process.pid if part in BOXES else self.running[part].pid
        with suppress(psutil.NoSuchProcess):
            root = psutil.Process(pid)
            return [root, *root.children(recursive=True)]
        return []

    def kill(self, part):
        """`kill -9`, all of it."""
        self.cpu()
        self.tell(part, psutil.Process.kill)
        self._gone += self._spent.pop(part, 0.0)
        if part in BOXES:
            self.boxes.pop(part).close()
        else:
            self.running[part].wait()

    def kill_one(self, part):
        """One process of several, as the kernel does when memory is short."""
        with suppress(psutil.NoSuchProcess):
            random.choice(self.tree(part)[1:]).kill()

    def tell(self, part, what):
        for process in self.tree(part):
            with suppress(psutil.NoSuchProcess):
                what(process)

    # --- figures ------------------------------------------------------------------------------

    def held(self, part):
        """Bytes resident, files and sockets, threads and processes."""
        figures = {"rss": 0, "files": 0, "threads": 0, "processes": 0}
        for process in self.tree(part):
            with suppress(psutil.NoSuchProcess):
                figures["rss"] += process.memory_info().rss
                figures["files"] += process.num_fds()
                figures["threads"] += process.num_threads()
                figures["processes"] += 1
        return figures

    def cpu(self):
        """Seconds that all of them have worked, those that were killed too."""
        for part in self.parts:
            self._spent[part] = max(self._worked(part), self._spent.get(part, 0.0))
        return self._gone + sum(self._spent.values())

    def _worked(self, part):
        seconds = 0.0
        for process in self.tree(part):
            with suppress(psutil.NoSuchProcess):
                seconds += sum(process.cpu_times()[:2])
        return seconds

    def files(self):
        found = [path for path in self.directory.iterdir() if path.is_file()]
        return {path.name: path.stat().st_size for path in found}

    # --- the database, from outside -----------------------------------------------------------

    def do(self, what, *arguments):
        """Let tests/soak/scene.py do something; what it answers."""
        self._scene.stdin.write(json.dumps([what, *arguments]) + "\n")
        self._scene.stdin.flush()
        line = self._scene.stdout.readline()
        assert line, (self.directory / "scene.log").read_text()[-3000:]
        return json.loads(line)

    def close(self):
        for part in self.parts:
            self.tell(part, psutil.Process.resume)
            self.kill(part)
        self._scene.stdin.close()
        self._scene.wait(20)
