"""Real calendar programs, each of which reads some feeds and says what it saw.

vdirsyncer and khal come from PyPI, ical.js from npm, into a directory that is kept between runs.
Where there is no way to them a test skips and says why; in CI that is a failure.
"""

import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest

from tests.conftest import need

PROGRAMS = ("vdirsyncer==0.21.0", "khal==0.14.1")
LIBRARY = "ical.js@2.2.1"
ZONE = "Europe/Berlin"  # what khal shows times in; it must reckon them back over every change


@dataclass(frozen=True, order=True)
class Seen:
    """One event as a client understands it; what a client does not tell is None."""

    starts: str
    ends: str
    status: str
    summary: str
    uid: str | None = None
    sequence: int | None = None


Feeds = Mapping[str, str]  # name -> address
Reading = dict[str, list[Seen]]


def stamp(value: datetime | date) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M}"
    return f"{value:%Y-%m-%d}"


# --- icalendar -----------------------------------------------------------------------------------


def by_icalendar(feeds: Feeds, fetch: Callable[[str], bytes], _directory: Path) -> Reading:
    return {name: list(_by_icalendar(fetch(address))) for name, address in feeds.items()}


def _by_icalendar(octets: bytes) -> Iterator[Seen]:
    for event in icalendar.Calendar.from_ical(octets).walk("VEVENT"):
        ends = event.end
        yield Seen(
            stamp(event.start),
            stamp(ends),
            str(event["status"]),
            str(event["summary"]),
            str(event["uid"]),
            int(event["sequence"]),
        )


# --- ical.js -------------------------------------------------------------------------------------


def by_ical_js(feeds: Feeds, fetch: Callable[[str], bytes], directory: Path) -> Reading:
    node, library = need("node", "nodejs"), _library()
    files = []
    for number, address in enumerate(feeds.values()):
        files.append(directory / f"{number}.ics")
        files[-1].write_bytes(fetch(address))
    script = Path(__file__).with_name("read_ical.mjs")
    answer = _run([node, str(script), str(library), *map(str, files)])
    read = [[_by_ical_js(event) for event in events] for events in json.loads(answer)]
    return dict(zip(feeds, read, strict=True))


def _by_ical_js(event: dict[str, object]) -> Seen:
    def told(value: object) -> str:
        if isinstance(value, str):
            return value
        assert isinstance(value, int)
        return stamp(datetime.fromtimestamp(value, UTC))

    return Seen(
        told(event["starts"]),
        told(event["ends"]),
        str(event["status"]),
        str(event["summary"]),
        str(event["uid"]),
        int(str(event["sequence"])),
    )


# --- vdirsyncer and khal -------------------------------------------------------------------------

SYNC = """[general]
status_path = "{directory}/status/"
"""
PAIR = """[pair p{n}]
a = "here{n}"
b = "there{n}"
collections = null
conflict_resolution = "b wins"
[storage here{n}]
type = "filesystem"
path = "{directory}/c{n}/"
fileext = ".ics"
[storage there{n}]
type = "http"
url = "{address}"
"""
SHOW = """[sqlite]
path = {directory}/khal.db
[locale]
local_timezone = {zone}
default_timezone = {zone}
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
[calendars]
"""
FIELDS = ("calendar", "start-long", "end-long", "all-day", "title", "status")


def by_khal(feeds: Feeds, _fetch: Callable[[str], bytes], directory: Path) -> Reading:
    """vdirsyncer fetches over HTTP, a second time only what changed; it renames the entries."""
    programs, sync, show = _programs(), directory / "sync.conf", directory / "show.conf"
    sync_text, show_text = (
        SYNC.format(directory=directory),
        SHOW.format(directory=directory, zone=ZONE),
    )
    for n, address in enumerate(feeds.values()):
        (directory / f"c{n}").mkdir(exist_ok=True)
        sync_text += PAIR.format(n=n, directory=directory, address=address)
        show_text += f"[[{n}]]\npath = {directory}/c{n}/\nreadonly = True\n"
    sync.write_text(sync_text)
    show.write_text(show_text)
    _python(programs, "vdirsyncer", "-c", str(sync), "discover")
    _python(programs, "vdirsyncer", "-c", str(sync), "sync", "--force-delete")
    told = [word for field in FIELDS for word in ("--json", field)]
    days = ["2026-10-01", "2027-07-01"]
    answer = _python(programs, "khal", "-c", str(show), "list", "--once", *told, *days)
    names, found = list(feeds), {name: [] for name in feeds}
    for line in answer.splitlines():
        for event in json.loads(line):
            found[names[int(event["calendar"])]].append(_by_khal(event))
    return found


def _by_khal(event: dict[str, str]) -> Seen:
    starts, ends = event["start-long"], event["end-long"]
    if event["all-day"] == "True":  # khal names the last day, iCalendar the one after
        ends = f"{date.fromisoformat(ends) + timedelta(days=1)}"
    else:
        starts, ends = (
            stamp(datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(ZONE)))
            for wall in (starts, ends)
        )
    return Seen(starts, ends, event["status"], event["title"])


CLIENTS = {
    "icalendar": by_icalendar,
    "ical.js": by_ical_js,
    "vdirsyncer and khal": by_khal,
}

# --- where they come from ------------------------------------------------------------------------


def _programs() -> Path:
    """A directory of Python packages for khal and vdirsyncer, apart from our own."""
    with _made("-".join(PROGRAMS)) as (directory, is_new):
        if is_new:
            pip = [sys.executable, "-m", "pip"]
            if subprocess.run([*pip, "--version"], capture_output=True).returncode:
                pip = ["pip3", "--python", sys.executable]
            _install([*pip, "install", "-q", "--target", str(directory / "lib"), *PROGRAMS])
    return directory / "lib"


def _library() -> Path:
    npm = need("npm", "npm")
    with _made(LIBRARY) as (directory, is_new):
        if is_new:
            _install(
                [npm, "install", "--no-fund", "--no-audit", "--prefix", str(directory), LIBRARY]
            )
    return directory / "node_modules" / "ical.js" / "dist" / "ical.js"


@contextmanager
def _made(name: str) -> Iterator[tuple[Path, bool]]:
    """A kept directory, and whether it is still to be filled; one process at a time."""
    base = Path(tempfile.gettempdir()) / f"benchkey-clients-{os.getuid()}"
    base.mkdir(mode=0o700, exist_ok=True)
    directory = base / f"{name}-{sys.version_info.major}.{sys.version_info.minor}"
    with (base / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp_file = directory / "complete"
        if stamp_file.exists():
            yield directory, False
            return
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir()
        yield directory, True
        stamp_file.touch()


def _install(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        message = f"{command[-1]} could not be fetched: {done.stderr.strip()[-300:]}"
        if os.environ.get("CI") == "true":
            pytest.fail(message, pytrace=False)
        pytest.skip(message)


def _python(packages: Path, module: str, *words: str) -> str:
    return _run([sys.executable, "-m", module, *words], PYTHONPATH=str(packages))


def _run(command: Sequence[str], **environment: str) -> str:
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=120,
        input="y\n" * 50,
        env={**os.environ, "LC_ALL": "C.UTF-8", **environment},
    )
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout
