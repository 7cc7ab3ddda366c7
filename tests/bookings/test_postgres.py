"""The same statements on the other database: several rows changed at once, on a real PostgreSQL."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DAILY = ("test_series.py", "test_handing_over.py")
OTHERS = ("test_groups.py", "test_waitlist.py", "test_approval.py", "test_disruptions.py")


@pytest.mark.postgres
@pytest.mark.parametrize("names", [DAILY, pytest.param(OTHERS, marks=pytest.mark.long)])
def test_what_changes_several_bookings_does_on_postgresql(
    names: tuple[str, ...], new_postgres_url: Callable[[str], str]
) -> None:
    """These files once more, in a process whose DATABASE_URL is a PostgreSQL server's."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider"),
            *("--create-db", "--reuse-db"),  # new, and left to go with its server
            *(str(Path(__file__).parent / name) for name in names),
        ],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": new_postgres_url("several")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
