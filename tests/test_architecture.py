"""The stairs between the rooms, and what only some files may know; read from the source itself."""

import ast
import re
import subprocess
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command

ROOT = settings.BASE_DIR

# From the lowest stair up; a room may import what stands below it and never the reverse.
STAIRS = [
    {"notices"},
    {"members"},
    {"equipment"},
    {"bookings"},
    {"training", "access"},
    {"calendars", "desk"},
    {"demo"},
    {"config"},
]
LEVEL = {room: level for level, rooms in enumerate(STAIRS) for room in rooms}
ROOMS = set(LEVEL)
WIRE_MAY = {"access", "device", "demo"}  # who may know the messages of the wire

PURE = [
    "members/names.py",
    "members/prose.py",
    "members/terms.py",
    "notices/leads.py",
    "notices/manners.py",
    "notices/timing.py",
    "equipment/eligibility.py",
    "equipment/ladder.py",
    "equipment/limits.py",
    "equipment/reason.py",
    "equipment/sniffing.py",
    "bookings/rules/*.py",
    "bookings/segments.py",
    "bookings/verdicts.py",
    "bookings/weeks.py",
    "training/cells.py",
    "training/drafts.py",
    "training/rules.py",
    "training/theory.py",
    "training/ways.py",
    "access/adapters/emulation.py",
    "access/adapters/esphome.py",
    "access/adapters/shape.py",
    "access/adapters/shelly.py",
    "access/adapters/tasmota.py",
    "access/broker/dynsec.py",
    "access/broker/passwords.py",
    "access/broker/plan.py",
    "access/broker/wanted.py",
    "access/decision.py",
    "access/doors.py",
    "access/following.py",
    "access/gathering.py",
    "access/limits.py",
    "access/lists.py",
    "access/parting.py",
    "access/rounds.py",
    "access/running.py",
    "calendars/lines.py",
    "calendars/ics.py",
    "calendars/window.py",
    "desk/ruler.py",
    "wire/*.py",
]
# What decides without looking: no framework, no clock of its own, nothing that reads or writes.
IMPURE = {
    "asyncio", "django", "http", "io", "logging", "os", "paho", "pathlib", "random", "secrets",
    "shutil", "socket", "sqlite3", "ssl", "subprocess", "tempfile", "threading", "time", "urllib",
}  # fmt: skip
CLOCKS = {"now", "utcnow", "today", "open", "print", "input"}

ONLY_IN = {
    "paho": [
        "access/mqtt.py",
        "device/client.py",
        "device/conformance/server.py",
        "device/conformance/played.py",
    ],
    "icalendar": ["calendars/*.py"],
    "django.core.mail": ["notices/*.py"],
}
# What drives the rooms from outside may hold a client of its own.
OUTSIDE = {"demo", "tests", "benchmarks"}


@cache
def sources() -> dict[str, ast.Module]:
    """Every Python file of the project under version control or new beside it."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    names = [name for name in listed.stdout.splitlines() if (ROOT / name).exists()]
    return {name: ast.parse((ROOT / name).read_text(), name) for name in names}


def matching(*patterns: str) -> dict[str, ast.Module]:
    return {
        name: tree
        for name, tree in sources().items()
        if any(fnmatch(name, pattern) for pattern in patterns)  # from the root, unlike Path.match
    }


def imports(tree: ast.AST) -> Iterator[str]:
    """Every module an import statement names, at the top or inside a function."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room_of(name: str) -> str:
    return name.partition("/")[0]


def is_within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


# --- the stairs ----------------------------------------------------------------------------------


def upward(name: str, tree: ast.AST) -> set[str]:
    """The rooms above its own that a file imports; a room beside it counts as above."""
    here = room_of(name)
    asked = {module.partition(".")[0] for module in imports(tree)} & ROOMS - {here}
    return {room for room in asked if LEVEL[room] >= LEVEL[here]}


@pytest.mark.parametrize("room", sorted(ROOMS - {"config"}))
def test_a_room_imports_only_what_stands_below_it(room: str) -> None:
    files = {name: tree for name, tree in sources().items() if room_of(name) == room}
    assert files
    assert not {name: rooms for name, tree in files.items() if (rooms := upward(name, tree))}


@pytest.mark.parametrize(
    "written", ["import desk", "from access.models import Device", "def f():\n    import config"]
)
def test_a_step_up_is_seen(written: str) -> None:
    assert upward("bookings/services.py", ast.parse(written))


def test_wire_knows_nothing_and_device_knows_wire() -> None:
    ours = ROOMS | {"wire", "device", "tests"}
    known = {"wire": set(), "device": {"wire"}}
    for name, tree in matching("wire/*.py", "device/*.py").items():
        here = room_of(name)
        asked = {module.partition(".")[0] for module in imports(tree)}
        assert not asked & ours - known[here] - {here}, name
        assert "django" not in asked, name


def test_only_the_rooms_at_the_wire_know_its_messages() -> None:
    knowing = {
        room_of(name)
        for name, tree in sources().items()
        if any(is_within(module, "wire") for module in imports(tree))
    }
    assert knowing - {"wire", "tests", "benchmarks"} <= WIRE_MAY


# --- what few may touch --------------------------------------------------------------------------


@pytest.mark.parametrize("package", sorted(ONLY_IN))
def test_a_library_is_known_in_its_own_place_only(package: str) -> None:
    allowed = matching(*ONLY_IN[package])
    found = {
        name
        for name, tree in sources().items()
        if any(is_within(module, package) for module in imports(tree))
    }
    inside = {name for name in found if room_of(name) not in OUTSIDE}
    assert inside <= allowed.keys()
    assert inside, f"nothing imports {package}: is this rule still about anything?"


def impurities(tree: ast.AST) -> set[str]:
    """What a file imports or calls that reaches outside its arguments."""
    asked = {module.partition(".")[0] for module in imports(tree)} & IMPURE
    called = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func
            called.add(name.id if isinstance(name, ast.Name) else name)
    return asked | {call for call in called if call in CLOCKS}


@pytest.mark.parametrize("pattern", PURE)
def test_what_decides_reads_no_clock_and_no_database(pattern: str) -> None:
    files = matching(pattern)
    assert files, f"{pattern} is gone"
    assert not {name: found for name, tree in files.items() if (found := impurities(tree))}


def test_whatever_calls_itself_pure_is() -> None:
    """The first line of a module is a promise, unless it says what it is not."""
    claimed = {
        name: tree
        for name, tree in sources().items()
        if re.search(r"\bPURE\b(?! but)", (ast.get_docstring(tree) or "").partition("\n")[0])
    }
    assert len(claimed) > 10
    assert not {name: found for name, tree in claimed.items() if (found := impurities(tree))}


@pytest.mark.parametrize(
    "written",
    ["import django.db", "from datetime import datetime\ndatetime.now()", "open('x')", "import os"],
)
def test_an_impurity_is_seen(written: str) -> None:
    assert impurities(ast.parse(written))


# --- words and records ---------------------------------------------------------------------------


def codes(tree: ast.AST) -> Iterator[str]:
    """The literal code of every Reason("code", …) that is made."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        made = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        first = node.args[0]
        if made == "Reason" and isinstance(first, ast.Constant):
            yield str(first.value)


def used_codes() -> dict[str, str]:
    return {
        code: name
        for name, tree in sources().items()
        if room_of(name) in ROOMS
        for code in codes(tree)
    }


def test_every_reason_has_words_and_a_remedy() -> None:
    from equipment.words import REGISTRY

    assert len(used_codes()) > 10
    wordless = {
        code: name
        for code, name in used_codes().items()
        if code not in REGISTRY or not REGISTRY[code].text or not REGISTRY[code].remedy
    }
    assert not wordless


@pytest.mark.django_db
def test_migrations_are_current() -> None:
    out = StringIO()
    call_command("makemigrations", check=True, dry_run=True, stdout=out, stderr=out)


def test_migrations_are_linear() -> None:
    for config in apps.get_app_configs():
        folder = Path(config.path) / "migrations"
        if room_of(config.name) in ROOMS and folder.exists():
            numbers = [path.name[:4] for path in folder.glob("[0-9]*.py")]
            assert len(numbers) == len(set(numbers)), config.name


# --- how files look ------------------------------------------------------------------------------


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        name
        for name, tree in sources().items()
        if tree.body and "migrations/" not in name and not ast.get_docstring(tree)
    ]
    assert not silent


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    """Such a path works for its author only; /tmp is nobody's home."""
    private = re.compile(r"/(?:work|root|home|Users)/[a-z]")
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    text = {".py", ".md", ".html", ".css", ".js", ".toml", ".conf", ".service", ".txt", ".yml", ""}
    found = [
        name
        for name in listed.stdout.splitlines()
        if Path(name).suffix in text
        and name != "tests/test_architecture.py"
        and (ROOT / name).is_file()
        and private.search((ROOT / name).read_text(errors="ignore"))
    ]
    assert not found
