"""The printed secrets are all that production asks for, and no two runs print the same."""

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[2]


def printed() -> dict[str, str]:
    out = StringIO()
    call_command("new_secrets", stdout=out)
    return dict(line.split("=") for line in out.getvalue().split())


def start_production(**environment: str) -> subprocess.CompletedProcess[str]:
    """Loads the settings in a process of its own, with debug off."""
    return subprocess.run(
        [
            sys.executable,
            "-c",
            "import config.settings as s; print(len(bytes.fromhex(s.BADGE_KEY)))",
        ],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DEBUG": "false", **environment},
        capture_output=True,
        text=True,
    )


def test_two_runs_share_no_secret():
    one, other = printed(), printed()
    assert len({*one.values(), *other.values()}) == 6


def test_production_starts_with_them_and_not_without_one():
    good = printed()
    assert start_production(**good).stdout == "32\n"
    for name in good:
        lacking = start_production(**{key: good[key] for key in good if key != name})
        assert f"{name} is not set" in lacking.stderr
