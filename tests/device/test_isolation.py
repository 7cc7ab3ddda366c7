"""The device stands alone: a bare Python, paho-mqtt, and two directories of this repository."""

import json
import shutil
import socket
import subprocess
import sys
import venv
from pathlib import Path

import paho.mqtt
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """A directory with wire and device in it, and a Python that has paho-mqtt and nothing else."""
    place = tmp_path_factory.mktemp("bare")
    venv.create(place / "venv", with_pip=False, system_site_packages=False)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = place / "venv" / "lib" / version / "site-packages"
    shutil.copytree(Path(paho.mqtt.__file__).parents[1], packages / "paho")
    for package in ("wire", "device"):
        shutil.copytree(
            ROOT / package, place / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    return place


def run(bare, *arguments, **options):
    python = bare / "venv" / "bin" / "python"
    return subprocess.Popen(
        [python, "-E", *arguments], cwd=bare, stdout=subprocess.PIPE, text=True, **options
    )


def test_a_bare_python_has_no_django(bare):
    with run(bare, "-c", "import django", stderr=subprocess.DEVNULL) as process:
        assert process.wait() == 1


def test_wire_imports_nothing_but_the_standard_library(bare):
    script = (
        "import pkgutil, sys, wire\n"
        "for module in pkgutil.iter_modules(wire.__path__): __import__('wire.' + module.name)\n"
        "roots = {name.partition('.')[0] for name in sys.modules} - sys.stdlib_module_names\n"
        "print(sorted(roots - {'__main__'}))"
    )
    with run(bare, "-S", "-c", script) as process:
        assert process.communicate()[0].strip() == "['wire']"


def test_wire_neither_sleeps_nor_listens_nor_looks_at_a_clock(bare):
    script = (
        "import sys; import wire, wire.device; print(*{'socket', 'threading'} & {*sys.modules})"
    )
    with run(bare, "-S", "-c", script) as process:
        assert process.communicate()[0].strip() == ""


def test_the_device_runs_without_the_server_around_it(bare):
    broker = "127.0.0.1:1"  # nobody listens there, which must not matter
    with run(
        bare, "-m", "device", "alone-1", "--broker", broker, "--control", "127.0.0.1:0"
    ) as process:
        port = int(process.stdout.readline().split()[-1])
        with socket.create_connection(("127.0.0.1", port), timeout=10) as control:
            control.sendall(b'{"do":"status"}\n')
            status = json.loads(control.makefile().readline())
        process.terminate()
    assert (status["st"], status["relay"], status["connected"]) == ("locked", False, False)


@pytest.mark.parametrize(
    "arguments",
    [
        ["Laser_1"],
        ["laser-1", "--broker", "nowhere"],
        ["laser-1", "--control", "0.0.0.0:7000"],
        ["laser-1", "--key", "secret"],
        ["laser-1", "--caps", "relay,mac"],
        ["laser-1", "--caps", "relay,list-hmac"],
        ["laser-1", "--list-key", "00" * 32],  # nothing here can check Ed25519
    ],
)
def test_a_wrong_command_line_is_refused(bare, arguments):
    with run(bare, "-m", "device", *arguments, stderr=subprocess.DEVNULL) as process:
        assert process.wait() == 2
