"""`./run` and what stands beside it: settings have their example, and a checkout its commands."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_every_setting_of_the_environment_stands_in_the_example():
    settings = (ROOT / "config" / "settings.py").read_text(encoding="utf-8")
    read = set(re.findall(r'(?:env(?:\.\w+)?|secret)\(\s*"([A-Z_]+)"', settings))
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    shown = set(re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE))
    assert read, "the pattern finds no setting any more"
    assert shown == read


def test_an_unknown_command_is_answered_with_the_known_ones():
    done = subprocess.run([ROOT / "run", "dmeo"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "demo --smoke" in done.stderr


def test_help_needs_no_installation(tmp_path):
    copy = tmp_path / "a b" / "run"
    copy.parent.mkdir()
    copy.write_bytes((ROOT / "run").read_bytes())
    done = subprocess.run(["bash", copy, "help"], capture_output=True, text=True, check=True)
    assert "Usage: ./run COMMAND" in done.stdout
    assert not list(copy.parent.glob(".venv"))


def test_without_a_python_it_says_what_to_install(tmp_path):
    copy = tmp_path / "run"
    copy.write_bytes((ROOT / "run").read_bytes())
    (tmp_path / "requirements.txt").write_text("")
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in ("bash", "dirname", "mkdir", "flock", "cat", "cmp", "rm"):
        path = subprocess.run(["which", tool], capture_output=True, text=True, check=True)
        (tools / tool).symlink_to(path.stdout.strip())
    environment = {"PATH": str(tools)}
    # /usr/sbin is added to PATH by ./run itself; no Python lives there.
    done = subprocess.run(
        ["bash", copy, "manage", "check"], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "Benchkey needs Python 3.11 or newer" in done.stderr
