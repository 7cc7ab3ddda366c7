"""firmware/benchkey.h as a program of this computer, compiled with the sanitizers watching."""

import subprocess

import pytest

from tests.conftest import need
from tests.firmware.native_device import SOURCE

STRICT = ("-std=c++17", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror")
WATCHED = ("-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")


@pytest.fixture(scope="session")
def native(tmp_path_factory):
    """The path of the program."""
    program = tmp_path_factory.mktemp("firmware") / "native"
    command = [need("g++", "g++"), *STRICT, *WATCHED, "-o", str(program), str(SOURCE)]
    subprocess.run(command, check=True)
    return program
