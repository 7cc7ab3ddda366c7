"""One supervisor per directory, and its control port obeys orders and nothing else."""

import asyncio
import sys

import pytest

from demo.control import NotRunning, ask, processes
from demo.processes import Process, free_port
from demo.supervisor import AlreadyRunning, Site, Supervisor, only_one


@pytest.fixture
def site(tmp_path) -> Site:
    return Site(tmp_path / "a b", free_port(), broker_kind="iotcore")


def test_a_second_supervisor_in_one_directory_is_refused(tmp_path):
    with only_one(tmp_path), pytest.raises(AlreadyRunning), only_one(tmp_path):
        pass
    with only_one(tmp_path):
        pass  # free again


def test_every_process_is_told_the_same_whatever_the_env_file_says(site):
    told = site.environment
    assert told["DATABASE_URL"] == f"sqlite:///{site.directory}/demo.sqlite3".replace(" ", "%20")
    assert told["BROKER_URL"] == f"mqtt://127.0.0.1:{site.broker_port}"
    assert told["BASE_URL"] == f"http://localhost:{site.web_port}"
    assert told["DEBUG"] == told["DEMO"] == "true"


@pytest.mark.parametrize(
    "line",
    [
        b"GET /demo/ HTTP/1.1\r\n",
        b"\xff\n",
        b"[]\n",
        b'"kill"\n',
        b'{"do": "kill"}\n',
        b'{"do": "kill", "name": "init"}\n',
        b'{"do": "kill", "name": ["web"]}\n',
        b'{"do": "reboot"}\n',
    ],
)
def test_what_is_no_order_is_not_obeyed(site, tmp_path, line):
    supervisor = Supervisor(site)
    supervisor.processes["web"] = Process("web", [], tmp_path / "log", print)
    assert supervisor.obey(line) is None


def test_the_control_port_answers_with_the_status_of_all(site):
    """From start to stop: state file, control port, a kill, a start, and nothing left."""
    site.directory.mkdir()
    seen = {}

    async def use(supervisor):
        control = processes(site.directory)["control"]
        seen["before"] = await asyncio.to_thread(ask, control, "status")
        await asyncio.to_thread(ask, control, "kill", name="broker")
        while supervisor.processes["broker"].up:
            await asyncio.sleep(0.01)
        seen["killed"] = await asyncio.to_thread(ask, control, "start", name="broker")
        while not supervisor.processes["broker"].up:
            await asyncio.sleep(0.01)

    supervisor = OnlyBroker(site, lambda _line: None)
    asyncio.run(supervisor.run(dict, use))
    assert seen["before"]["broker"] == {"up": True, "starts": 1}
    assert seen["killed"]["broker"] == {"up": False, "starts": 1}
    assert not supervisor.processes["broker"].up
    with pytest.raises(NotRunning):
        processes(site.directory)


class OnlyBroker(Supervisor):
    """A site whose other processes only listen or sleep: theirs is tested by the smoke."""

    def _start(self, name, command):
        if name == "web":
            command = [sys.executable, "-m", "http.server", str(self.site.web_port)]
        elif name != "broker":
            command = [sys.executable, "-c", "import time; time.sleep(60)"]
        super()._start(name, command)
