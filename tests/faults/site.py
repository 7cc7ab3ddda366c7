"""A site of real processes for one scene: each part can be killed, stopped, slowed and mended."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import psutil

from demo import broker
from demo.processes import free_port
from tests.conftest import await_port
from tests.device.process import DeviceProcess
from tests.faults.cells import PHASES
from tests.faults.postgres import Postgres
from tests.faults.proxy import Network
from tests.faults.wall_clock import WallClock

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60
STARTS = threading.Semaphore(2)  # processes that start at once; there are not more cores


class Slowly:
    """Stops processes for nine tenths of the time, until it is closed."""

    def __init__(self, processes):
        self._processes, self._over = processes, threading.Event()
        self.seconds = 0.0  # that they stood still
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def _work(self):
        while not self._over.is_set():
            tell(self._processes(), signal.SIGSTOP)
            since = time.monotonic()
            self._over.wait(0.45)
            self.seconds += time.monotonic() - since
            tell(self._processes(), signal.SIGCONT)
            self._over.wait(0.05)

    def close(self):
        self._over.set()
        self._thread.join()
        tell(self._processes(), signal.SIGCONT)


class Hog:
    """Holds SQLite's write lock for `held` seconds of each `every`, until it is closed."""

    def __init__(self, path, held, every):
        self._path, self._held, self._free = path, held, every - held
        self.seconds = 0.0  # that it was held
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def _work(self):
        with closing(sqlite3.connect(self._path, timeout=10, isolation_level=None)) as connection:
            while not self._over.is_set():
                connection.execute("BEGIN IMMEDIATE")
                since = time.monotonic()
                self._over.wait(self._held)
                connection.execute("ROLLBACK")
                self.seconds += time.monotonic() - since
                self._over.wait(self._free)

    def close(self):
        self._over.set()
        self._thread.join()


def tell(processes, number):
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(number)


class Site:
    """Everything between four badges and four relays, and a network through all of it."""

    def __init__(self, directory, migrated, library, *, on_postgres):
        self.directory, self.file = directory, directory / "site.sqlite3"
        self.end = ExitStack()
        self.postgres = None
        library = shutil.copy(library, directory)  # where PostgreSQL's user may read it, too
        self.clocks = {
            part: WallClock(library, directory / f"{part}.clock")
            for part in ("broker", "gatekeeper", "PostgreSQL", "device")
        }
        try:
            self._begin(migrated, on_postgres=on_postgres)
        except BaseException:
            self.end.close()
            raise

    def _begin(self, migrated, *, on_postgres):
        self.port = free_port()
        self.start_broker()
        self.network = Network(self.port)
        self.end.callback(self.network.close)
        self.environment = {
            "DATABASE_URL": self._on_postgres() if on_postgres else self._on_sqlite(migrated),
            "BROKER_URL": f"mqtt://127.0.0.1:{self.network.port}",
            "DEMO": "false",
            "DEBUG": "true",
        }
        with STARTS:
            people = [sys.executable, "-m", "tests.faults.people"]
            self._people = self._start(people, stdin=-1, stdout=-1, text=True)
            self.do("fill")
        self.start_gatekeeper()
        self.devices = {}
        for name in PHASES:
            self.start_device(name)
        self.wait_until_heard()

    # --- parts --------------------------------------------------------------------------------

    def _on_sqlite(self, migrated):
        shutil.copy(migrated, self.file)
        return f"sqlite:///{self.file}"

    def _on_postgres(self):
        with STARTS:
            self.postgres = Postgres(self.directory, self.clocks["PostgreSQL"].environment)
            self.end.callback(self.postgres.close)
            self.end.callback(self.kill, "PostgreSQL")
            self.postgres.start()
            command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
            environment = os.environ | {"DATABASE_URL": self.postgres.url}
            subprocess.run(command, cwd=ROOT, env=environment, check=True)
        return self.postgres.url

    def _start(self, command, environment=(), **options):
        log = self.end.enter_context((self.directory / f"{command[-1]}.log").open("ab"))
        options = {"stdout": log, "stderr": log} | options
        environment = os.environ | self.environment | dict(environment)
        process = subprocess.Popen(command, cwd=ROOT, env=environment, **options)
        self.end.callback(put_down, process)
        return process

    def start_broker(self):
        command = broker.command("mosquitto", self.port, self.directory)
        environment = os.environ | self.clocks["broker"].environment
        with (self.directory / "broker.log").open("ab") as log:
            self.broker = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        self.end.callback(put_down, self.broker)
        await_port(self.port)

    def start_gatekeeper(self):
        command = [sys.executable, "manage.py", "gatekeeper"]
        self.gatekeeper = self._start(command, self.clocks["gatekeeper"].environment)

    def start_device(self, name):
        old = self.devices.get(name)
        if old is not None:
            old.close()
        clock = self.clocks["device"].environment
        self.devices[name] = DeviceProcess(name, self.network.port, environment=clock)
        self.end.callback(self.devices[name].close)

    def wait_until_heard(self):
        """Every device is connected, and the gatekeeper listens to this boot of it."""
        deadline = time.monotonic() + PATIENCE
        while self.do("current") != {n: d.do()["boot"] for n, d in self.devices.items()}:
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.2)

    def log(self):
        return "\n".join(path.read_text()[-2000:] for path in self.directory.glob("*.log"))

    # --- whom a fault hits --------------------------------------------------------------------

    def processes(self, part):
        """The processes of a part, with their children."""
        roots = {
            "broker": lambda: [self.broker],
            "gatekeeper": lambda: [self.gatekeeper],
            "PostgreSQL": lambda: [self.postgres.process],
            "device": lambda: [device.process for device in self.devices.values()],
        }[part]()
        found = []
        for process in roots:
            with suppress(psutil.NoSuchProcess):
                root = psutil.Process(process.pid)
                found += [*root.children(recursive=True), root]
        return found

    def kill(self, part):
        """`kill -9`; who is gone."""
        gone = self.processes(part)
        tell(gone, signal.SIGKILL)
        _dead, alive = psutil.wait_procs(gone, PATIENCE)
        assert not alive, f"still there after kill -9: {alive}"
        return gone

    def bring_back(self, part):
        """What a supervisor does; nobody's hands."""
        if part == "device":
            for name in PHASES:
                self.start_device(name)
            return
        start = {
            "PostgreSQL": lambda: self.postgres.start(),
            "broker": self.start_broker,
            "gatekeeper": self.start_gatekeeper,
        }
        start[part]()

    # --- the database, from outside -----------------------------------------------------------

    def do(self, what, *arguments):
        """Let tests/faults/people.py do something; what it answers."""
        self._people.stdin.write(json.dumps([what, *arguments]) + "\n")
        self._people.stdin.flush()
        line = self._people.stdout.readline()
        assert line, self.log()
        return json.loads(line)

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.end.close()


def put_down(process):
    process.send_signal(signal.SIGCONT)
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
