"""Reads an outside calendar in a process of its own, with little time and little memory.

A calendar of a few lines can ask for centuries of arithmetic. Here that ends with the process, and
nobody waits for it. Run as a program it is that process: bytes in, JSON out, and no Django.
"""

import json
import resource
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from calendars.busy.reading import Busy, Unreadable, read

CPU_SECONDS = 10  # the largest calendar there may be takes three
WALL_SECONDS = 15
MOST_MEMORY = 768 * 1024 * 1024
ROOT = Path(__file__).resolve().parent.parent.parent


def read_confined(body: bytes, *, zone: str, name: str, now: datetime) -> list[Busy]:
    """As reading.read; Unreadable("takes-too-long") where it used up its time or memory."""
    command = [sys.executable, "-B", "-m", "calendars.busy.confined"]
    task = json.dumps({"zone": zone, "name": name, "now": now.isoformat()}).encode()
    try:
        done = subprocess.run(  # noqa: S603  our own program; what a stranger wrote is its input
            command,
            input=task + b"\n" + body,
            capture_output=True,
            cwd=ROOT,
            env={},
            timeout=WALL_SECONDS,
            check=True,
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
        raise Unreadable("takes-too-long") from error
    answer = json.loads(done.stdout)
    if "code" in answer:
        raise Unreadable(answer["code"])
    return [
        (datetime.fromisoformat(starts), datetime.fromisoformat(ends), why)
        for starts, ends, why in answer["busy"]
    ]


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


def _answer(task: dict[str, str], body: bytes) -> dict[str, object]:
    now, zone = datetime.fromisoformat(task["now"]), ZoneInfo(task["zone"])
    try:
        busy = read(body, zone=zone, name=task["name"], now=now)
    except Unreadable as error:
        return {"code": error.code}
    except (MemoryError, RecursionError):
        return {"code": "takes-too-long"}
    return {"busy": [(starts.isoformat(), ends.isoformat(), why) for starts, ends, why in busy]}


if __name__ == "__main__":
    _limit()
    first, _newline, rest = sys.stdin.buffer.read().partition(b"\n")
    json.dump(_answer(json.loads(first), rest), sys.stdout)
