"""The same statements on the other database: a tap, a session and its end, on a real PostgreSQL."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DAILY = ("test_facts.py", "test_chain.py", "test_statements.py")
OTHERS = (
    "test_messages.py",
    "test_sweeping.py",
    "test_together.py",
    "test_class.py",
    "test_maintenance.py",
    "test_pins.py",
    "test_badge_formats.py",
    "test_signatures.py",
    "test_lists.py",
    "test_alone.py",
)


@pytest.mark.postgres
@pytest.mark.parametrize("names", [DAILY, pytest.param(OTHERS, marks=pytest.mark.long)])
def test_every_rule_holds_on_postgresql(names, new_postgres_url):
    """These files once more, in a process whose DATABASE_URL is a PostgreSQL server's."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider"),
            *("--create-db", "--reuse-db"),  # new, and left to go with its server
            *(str(Path(__file__).parent / name) for name in names),
        ],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": new_postgres_url("access")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
