"""The demo leaves no process behind, however it ends, and starts again what crashed."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time

import psutil
import pytest

from demo import processes
from demo.processes import Process, StartError, answers, free_port

PATIENCE = 60  # seconds, on a busy machine
SLEEPER = [sys.executable, "-c", "import time; time.sleep(300)"]
PARENT = [
    sys.executable,
    "-c",
    "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(99)'])",
]


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def new(tmp_path, said):
    return lambda command: Process("it", command, tmp_path / "it.log", said.append)


@contextlib.asynccontextmanager
async def kept_alive(process):
    task = asyncio.create_task(process.keep_alive())
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def until(condition) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.01)


def test_a_crashed_process_is_started_again_and_said_to_be(new, said, monkeypatch):
    monkeypatch.setattr(processes, "FIRST_PAUSE", 0.01)
    process = new([sys.executable, "-c", "raise SystemExit(3)"])
    process.pause = 0.01

    async def scene():
        async with kept_alive(process):
            await until(lambda: process.starts == 3)

    asyncio.run(scene())
    assert said[0] == "it ended (exit 3); it starts again in 0 s."
    assert str(process.log) in said[1]


def test_a_killed_process_stays_down_until_it_is_started(new, said):
    process = new(SLEEPER)

    async def scene():
        async with kept_alive(process):
            await until(lambda: process.up)
            process.kill()
            await until(lambda: not process.up)
            await asyncio.sleep(0.1)
            assert process.starts == 1
            process.start()
            await until(lambda: process.up)

    asyncio.run(scene())
    assert process.starts == 2
    assert said == [], "killed on purpose is no crash to report"


def test_stopping_ends_what_the_process_had_started_too(new):
    process = new(PARENT)
    family = []

    async def scene():
        async with kept_alive(process):
            await until(lambda: process.up)
            parent = psutil.Process(process.child.pid)
            await until(parent.children)
            family.extend([parent, *parent.children()])

    asyncio.run(scene())
    assert len(family) == 2
    psutil.wait_procs(family, timeout=PATIENCE)
    assert not any(member.is_running() for member in family)


def test_a_process_that_ignores_being_asked_is_made_to_end(new, monkeypatch):
    monkeypatch.setattr(processes, "STOP_PATIENCE", 0.2)
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True)"
    process = new([sys.executable, "-c", f"{deaf}; time.sleep(300)"])

    async def scene():
        async with kept_alive(process):
            await until(lambda: process.log.exists() and "up" in process.log_tail())

    asyncio.run(scene())
    assert process.child.returncode == -signal.SIGKILL


def test_children_die_with_a_supervisor_that_is_killed(tmp_path):
    supervisor = textwrap.dedent(
        f"""
        import asyncio
        from pathlib import Path
        from demo.processes import Process

        asyncio.run(Process("it", {SLEEPER!r}, Path({str(tmp_path / "log")!r}), print).keep_alive())
        """
    )
    with subprocess.Popen([sys.executable, "-c", supervisor]) as parent:
        children = []
        while not children:
            time.sleep(0.02)
            children = psutil.Process(parent.pid).children()
        os.kill(parent.pid, signal.SIGKILL)
    psutil.wait_procs(children, timeout=PATIENCE)
    assert not children[0].is_running()


def test_what_never_listens_is_reported_with_the_end_of_its_log(new):
    process = new([sys.executable, "-c", "raise SystemExit('no such table')"])
    process.pause = 0.01

    async def scene():
        async with kept_alive(process):
            with pytest.raises(StartError, match="no such table"):
                await answers(process, free_port())

    asyncio.run(scene())


def test_a_taken_port_is_passed_over():
    first = free_port(preferred=21_000)
    with socket.create_server(("127.0.0.1", first)):
        assert free_port(preferred=first) > first
