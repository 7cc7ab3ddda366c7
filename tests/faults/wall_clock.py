"""A wall clock for each part of a site, to be put forward and back. Knows no part."""

import struct
import subprocess
from pathlib import Path

SOURCE = Path(__file__).with_suffix(".cpp")


def build(directory):
    """The library that stands between a process and its wall clock."""
    library = directory / "wall_clock.so"
    subprocess.run(["g++", "-shared", "-fPIC", "-O2", "-o", library, SOURCE], check=True)
    return library


class WallClock:
    """One clock: processes started with its `environment` go by it."""

    def __init__(self, library, path):
        self._path = path
        path.write_bytes(struct.pack("q", 0))
        self.environment = {"LD_PRELOAD": str(library), "WALL_CLOCK": str(path)}

    def put_forward(self, seconds):
        with self._path.open("r+b", buffering=0) as file:  # one write: nobody reads half of it
            file.write(struct.pack("q", seconds))
