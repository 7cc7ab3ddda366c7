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

from demo.processes import free_port
from tests.conftest import RunningBroker
from tests.device.process import DeviceProcess
from tests.faults.cells import PHASES
from tests.faults.proxy import Network

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60
POSTGRES = threading.Lock()  # its package keeps one lock, which knows no threads
STARTS = threading.Semaphore(2)  # processes that start at once; there are not more cores


class Slowly:
    """Stops processes for nine tenths of the time, until it is closed."""

    def __init__(self, processes):
        self._processes, self._over = processes, threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def _work(self):
        while not self._over.is_set():
            tell(self._processes(), signal.SIGSTOP)
            self._over.wait(0.45)
            tell(self._processes(), signal.SIGCONT)
            self._over.wait(0.05)

    def close(self):
        self._over.set()
        self._thread.join()
        tell(self._processes(), signal.SIGCONT)


class Hog:
    """Holds SQLite's write lock for 0.8 s of each second, until it is closed."""

    def __init__(self, path):
        self._path, self._over = path, threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def _work(self):
        with closing(sqlite3.connect(self._path, timeout=10, isolation_level=None)) as connection:
            while not self._over.is_set():
                connection.execute("BEGIN IMMEDIATE")
                self._over.wait(0.8)
                connection.execute("ROLLBACK")
                self._over.wait(0.2)

    def close(self):
        self._over.set()
        self._thread.join()


def tell(processes, number):
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(number)


class Site:
    """Everything between four badges and four relays, and a network through all of it."""

    def __init__(self, directory, migrated, new_postgres):
        self.directory, self.file = directory, directory / "site.sqlite3"
        self.end = ExitStack()
        self.postgres = None
        try:
            self._begin(migrated, new_postgres)
        except BaseException:
            self.end.close()
            raise

    def _begin(self, migrated, new_postgres):
        self.broker = RunningBroker("mosquitto", free_port(), self.directory)
        self.broker.start()
        self.end.callback(self.broker.stop)
        self.network = Network(self.broker.port)
        self.end.callback(self.network.close)
        self.offset = self.directory / "offset"
        self.offset.write_text("0")
        self.environment = os.environ | {
            "DATABASE_URL": self._database(migrated, new_postgres),
            "BROKER_URL": f"mqtt://127.0.0.1:{self.network.port}",
            "DEMO": "false",
            "DEBUG": "true",
        }
        with STARTS:
            self._people = self._start("tests.faults.people", stdin=-1, stdout=-1, text=True)
            self.do("fill")
        self.gatekeeper = None
        self.start_gatekeeper()
        self.devices = {}
        for name in PHASES:
            self.start_device(name)
        self.wait_until_heard()

    # --- parts --------------------------------------------------------------------------------

    def _database(self, migrated, new_postgres):
        if new_postgres is not None:
            with POSTGRES:
                self.postgres = new_postgres(self.directory)
            self.end.callback(self.kill, "database")
            url = str(self.postgres.get_uri())
            command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
            with STARTS:
                subprocess.run(
                    command, cwd=ROOT, env=os.environ | {"DATABASE_URL": url}, check=True
                )
            return url
        shutil.copy(migrated, self.file)
        return f"sqlite:///{self.file}"

    def _start(self, module, *arguments, **options):
        log = self.end.enter_context((self.directory / f"{module}.log").open("ab"))
        command = [sys.executable, "-m", module, *arguments]
        options = {"stdout": log, "stderr": log} | options
        process = subprocess.Popen(command, cwd=ROOT, env=self.environment, **options)
        self.end.callback(put_down, process)
        return process

    def start_gatekeeper(self):
        self.gatekeeper = self._start("tests.faults.gatekeeper", str(self.offset))

    def start_postgres(self):
        """It may have much to put right first, and its package waits no more than ten seconds."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                with POSTGRES:
                    return self.postgres.start()
            except subprocess.TimeoutExpired:
                assert time.monotonic() < deadline, "PostgreSQL does not start again"

    def start_device(self, name):
        old = self.devices.get(name)
        if old is not None:
            old.close()
        self.devices[name] = DeviceProcess(name, self.network.port)
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
            "broker": lambda: [self.broker.process.pid],
            "gatekeeper": lambda: [self.gatekeeper.pid],
            "database": lambda: [self.postgres.get_pid()],
            "device": lambda: [device.process.pid for device in self.devices.values()],
        }[part]()
        found = []
        for pid in roots:
            with suppress(psutil.NoSuchProcess):
                root = psutil.Process(pid)
                found += [*root.children(recursive=True), root]
        return found

    def kill(self, part):
        gone = self.processes(part)
        tell(gone, signal.SIGKILL)
        psutil.wait_procs(gone, 10)

    def bring_back(self, part):
        """What a supervisor does; nobody's hands."""
        if part == "device":
            for name in PHASES:
                self.start_device(name)
        elif part == "database":
            self.start_postgres()
        elif part == "broker":
            self.broker.process.wait()
            self.broker.start()
        else:
            self.gatekeeper.wait()
            self.start_gatekeeper()

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
