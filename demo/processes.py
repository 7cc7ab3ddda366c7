"""Keeps processes alive: starts them, starts again what crashed, and leaves none behind.

Knows nothing of makerspaces; a process is a name, a command and a log file.
"""

import asyncio
import contextlib
import ctypes
import os
import random
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

FIRST_PAUSE = 0.5  # seconds before a crashed process starts again; doubles with each early crash
LONGEST_PAUSE = 15.0
SETTLED = 30.0  # seconds after which a process counts as having started well
KILLED_PAUSE = 45.0  # seconds that one killed on purpose stays down: longer than a lease
STOP_PATIENCE = 5.0  # seconds a process has to end when asked, before it is made to
PR_SET_PDEATHSIG = 1  # prctl(2)
PORTS = range(20_000, 32_000)
DICE = random.SystemRandom()  # not the one that tests seed

libc = ctypes.CDLL(None)


class StartError(Exception):
    """A process did not become ready; the text has the end of its log."""


@dataclass
class Process:
    """One child process that is wanted up for as long as its supervisor lives."""

    name: str
    command: list[str]
    log: Path
    say: Callable[[str], None]
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    starts: int = 0
    child: asyncio.subprocess.Process | None = None
    pause: float = FIRST_PAUSE
    killed: bool = False
    resume: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def up(self) -> bool:
        return self.child is not None and self.child.returncode is None

    async def keep_alive(self) -> None:
        """Runs until cancelled; then the process and all that it started have ended."""
        try:
            while True:
                began = time.monotonic()
                code = await self._run_once()
                await self._wait_before_restart(code, lasted=time.monotonic() - began)
        finally:
            await self._end()

    async def _run_once(self) -> int:
        self.resume.clear()
        with self.log.open("ab") as log:
            self.child = await asyncio.create_subprocess_exec(
                *self.command,
                env=self.environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # a group of its own: Ctrl-C is ours to handle
                preexec_fn=partial(_die_with, os.getpid()),
            )
        self.starts += 1
        return await self.child.wait()

    async def _wait_before_restart(self, code: int, lasted: float) -> None:
        if self.killed:
            self.killed, pause = False, KILLED_PAUSE
        else:
            self.pause = FIRST_PAUSE if lasted > SETTLED else min(self.pause * 2, LONGEST_PAUSE)
            pause = self.pause
            self.say(f"{self.name} ended ({describe(code)}); it starts again in {pause:.0f} s.")
            self.say(f"  why: {self.log}")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.resume.wait(), pause)

    def kill(self) -> None:
        """Ends it as a power cut would; it stays down until `start`, or KILLED_PAUSE is over."""
        self.killed = True
        self._signal(signal.SIGKILL)

    def start(self) -> None:
        self.resume.set()

    async def _end(self) -> None:
        if self.child is None:
            return
        if self.up:
            self._signal(signal.SIGTERM)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.child.wait(), STOP_PATIENCE)
        self._signal(signal.SIGKILL)  # the group: whatever the process left behind
        await self.child.wait()

    def _signal(self, number: signal.Signals) -> None:
        if self.child is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.child.pid, number)

    def log_tail(self, lines: int = 15) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def _die_with(parent: int) -> None:
    """Runs in the child before its program: when the supervisor dies, the kernel ends it."""
    if sys.platform == "linux":
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before we could ask for that
            os._exit(1)


def describe(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit {code}"


async def answers(process: Process, port: int, patience: float = 60.0) -> None:
    """Returns once `process` listens on `port`; StartError if it crashes or takes too long."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline and process.starts < 3:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.02)
        else:
            writer.close()
            return
    raise StartError(f"{process.name} does not start:\n{process.log_tail()}")


def free_port(preferred: int = 0) -> int:
    """`preferred` if nothing listens there on loopback, else the next free one; 0 is any.

    Any is below the ports that Linux gives to whoever connects: none of these takes it meanwhile.
    """
    for port in range(preferred, preferred + 20) if preferred else DICE.sample(PORTS, 20):
        with socket.socket() as probe:
            # As servers do: a port whose last connections are still closing counts as free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return int(probe.getsockname()[1])
    raise OSError(f"no free port from {preferred} on")
