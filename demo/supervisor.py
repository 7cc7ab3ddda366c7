"""Runs a whole makerspace on this machine: broker, web, worker, gatekeeper, devices.

Everything listens on loopback, except the web with --lan. What runs where stands in
`processes.json` in its directory; a JSON line to its control port kills and starts processes.
"""

import asyncio
import contextlib
import fcntl
import json
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

from demo import broker
from demo.processes import Process, answers, free_port

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = "127.0.0.1"

# Fills the database; returns each device's name with the options of its command line.
Prepare = Callable[[], Mapping[str, Sequence[str]]]


class AlreadyRunning(Exception):
    """Another supervisor works in this directory."""


@dataclass(frozen=True)
class Site:
    """Where one makerspace lives on this machine: its directory, ports and addresses."""

    directory: Path
    web_port: int
    lan: bool = False
    broker_port: int = field(default_factory=free_port)
    broker_kind: str = field(default_factory=broker.choose)

    @property
    def state_file(self) -> Path:
        return self.directory / "processes.json"

    @cached_property
    def host(self) -> str:
        # Passkeys need a name, so `localhost` and not 127.0.0.1.
        return lan_address() if self.lan else "localhost"

    @property
    def base_url(self) -> str:
        return f"http://{self.host}:{self.web_port}"

    @cached_property
    def environment(self) -> dict[str, str]:
        """What every process of the site is told; it wins over the checkout's .env."""
        return os.environ | {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONUNBUFFERED": "1",
            "PYTHONPATH": str(ROOT),
            "DEMO": "true",
            "DEMO_DIRECTORY": str(self.directory),
            "DEBUG": "true",
            "DATABASE_URL": f"sqlite:///{quote(str(self.directory / 'demo.sqlite3'))}",
            "BROKER_URL": f"mqtt://{LOOPBACK}:{self.broker_port}",
            "BASE_URL": self.base_url,
            "ALLOWED_HOSTS": f"localhost,{LOOPBACK},{self.host}",
            "EMAIL_URL": "consolemail://",
        }


class Supervisor:
    """The processes of one site, from the first start to the last stop."""

    def __init__(self, site: Site, say: Callable[[str], None] = print) -> None:
        self.site = site
        self.say = say
        self.processes: dict[str, Process] = {}
        self.device_ports: dict[str, int] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._control: asyncio.Server | None = None

    async def run(self, prepare: Prepare, use: Callable[["Supervisor"], Awaitable[None]]) -> None:
        """Starts everything, awaits `use`, stops everything, however `use` ends.

        `prepare` works in a thread while broker and web are already starting: a second sooner.
        """
        try:
            self._start("broker", self._broker_command())
            self._start("web", self._web_command())
            devices = await asyncio.to_thread(prepare)
            await answers(self.processes["broker"], self.site.broker_port)
            self._start("gatekeeper", [sys.executable, "manage.py", "gatekeeper"])
            self._start("worker", [sys.executable, "manage.py", "qcluster"])
            for name, options in devices.items():
                self._start_device(name, options)
            await self._open_control()
            await answers(self.processes["web"], self.site.web_port)
            await use(self)
        finally:
            await self._stop()

    def _broker_command(self) -> list[str]:
        site = self.site
        return broker.command(site.broker_kind, site.broker_port, site.directory)

    def _web_command(self) -> list[str]:
        host = "0.0.0.0" if self.site.lan else LOOPBACK  # noqa: S104  asked for with --lan
        options = ["--lifespan", "off", "--no-access-log", "--log-level", "warning"]
        options += ["--timeout-graceful-shutdown", "1"]  # live pages never hang up by themselves
        where = ["--host", host, "--port", str(self.site.web_port)]
        return [sys.executable, "-m", "uvicorn", "config.asgi:application", *where, *options]

    def _start_device(self, name: str, options: Sequence[str]) -> None:
        port = self.device_ports[name] = free_port()
        broker_address = f"{LOOPBACK}:{self.site.broker_port}"
        where = ["--broker", broker_address, "--control", f"{LOOPBACK}:{port}"]
        self._start(f"device {name}", [sys.executable, "-m", "device", name, *where, *options])

    def _start(self, name: str, command: list[str]) -> None:
        log = self.site.directory / f"{name.replace(' ', '-')}.log"
        log.write_bytes(b"")
        process = Process(name, command, log, self.say, self.site.environment)
        self.processes[name] = process
        self._tasks.append(asyncio.create_task(process.keep_alive(), name=name))

    async def _stop(self) -> None:
        if self._control is not None:
            self._control.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.site.state_file.unlink(missing_ok=True)

    # --- control: one JSON object a line in, one out ------------------------------------------

    async def _open_control(self) -> None:
        self._control = await asyncio.start_server(self._converse, LOOPBACK, 0)
        state = {
            "pid": os.getpid(),
            "base_url": self.site.base_url,
            "web": self.site.web_port,
            "broker": self.site.broker_port,
            "broker_kind": self.site.broker_kind,
            "control": self._control.sockets[0].getsockname()[1],
            "devices": self.device_ports,
        }
        draft = self.site.state_file.with_suffix(".new")
        draft.write_text(json.dumps(state, indent=1))
        draft.replace(self.site.state_file)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            # The first line that is no command ends the talk, so a browser's request does nothing.
            while (line := await reader.readline()) and (answer := self.obey(line)):
                writer.write(json.dumps(answer).encode() + b"\n")
                await writer.drain()
        writer.close()

    def obey(self, line: bytes) -> dict[str, object] | None:
        """Answers {"do": "status"} and {"do": "kill" | "start", "name": …}; None to all else."""
        try:
            order = json.loads(line)
            do, process = order["do"], self.processes.get(order.get("name"))
        except (ValueError, TypeError, KeyError, AttributeError):
            return None
        if do == "kill" and process:
            process.kill()
        elif do == "start" and process:
            process.start()
        elif do != "status":
            return None
        return {
            name: {"up": process.up, "starts": process.starts}
            for name, process in self.processes.items()
        }


def run_site(site: Site, prepare: Prepare, use: Callable[[Supervisor], Awaitable[None]]) -> None:
    """Runs the site in this process until `use` returns, Ctrl-C or SIGTERM."""
    site.directory.mkdir(parents=True, exist_ok=True)
    os.chdir(ROOT)
    os.environ.update(site.environment)
    with only_one(site.directory):
        asyncio.run(_until_told(Supervisor(site).run(prepare, use)))


async def _until_told(work: Awaitable[None]) -> None:
    task = asyncio.ensure_future(work)

    def end() -> None:
        if not task.cancelling():  # a second Ctrl-C must not interrupt the stopping
            task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, end)
    with contextlib.suppress(asyncio.CancelledError):
        await task


@contextlib.contextmanager
def only_one(directory: Path) -> Iterator[None]:
    """Holds the directory for this process; AlreadyRunning if another holds it."""
    with (directory / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(f"A demo already runs in {directory}.") from None
        yield


def lan_address() -> str:
    """This machine's address on its network; connecting a UDP socket sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # RFC 5737: an address nobody has
        except OSError:
            return LOOPBACK
        return str(probe.getsockname()[0])
