"""Password and access files for a mosquitto without dynamic security, written as a whole.

Mosquitto reads them when it is sent SIGHUP (docs/broker.md); nothing here can signal it. What a
person wrote above our line stays as it is. Devices' client ids are pinned by the broker's own
`use_username_as_clientid`.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from access.broker.passwords import Hashed
from access.broker.plan import Outcome, Step, Why
from access.broker.wanted import Client, Wanted

PASSWORDS, ACCESS = "passwords", "access"
LINE = "# --- Benchkey writes all that stands below this line ---"
MODE = 0o640  # for the group of mosquitto, which the directory hands on


def reconcile(wanted: Wanted, directory: Path) -> Outcome:
    """Both files as they should be; one that is so already is not touched.

    Access first, so that nobody can sign in before it is said what they may.
    """
    clients = [wanted[name] for name in sorted(wanted)]
    passwords, access = directory / PASSWORDS, directory / ACCESS
    others = [line for line in _head(passwords) if _user(line) not in wanted]
    lines = [f"{client.username}:{Hashed.of(client.password)}" for client in clients]
    rights = [line for client in clients for line in _access(client)]
    changed = _replace(access, [*_head(access), LINE, *rights])
    changed |= _replace(passwords, [*others, LINE, *lines])
    done = (Step("", Why.FILES, {}),) if changed else ()
    return Outcome(done, foreign=tuple(sorted(filter(None, map(_user, others)))))


def _access(client: Client) -> list[str]:
    return [
        f"user {client.username}",
        *(f"topic write {topic}" for topic in client.writes),
        *(f"topic read {topic}" for topic in client.reads),
    ]


def _head(path: Path) -> list[str]:
    """What stands above our line, or all of a file that has none."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return text.partition(LINE)[0].rstrip("\n").splitlines()


def _user(line: str) -> str:
    return "" if line.startswith("#") else line.partition(":")[0].strip()


def _replace(path: Path, lines: Iterable[str]) -> bool:
    """Whoever reads it sees the old file or the new one, whole. Whether anything was written."""
    text = "".join(f"{line}\n" for line in lines)
    with suppress(FileNotFoundError):
        if path.read_text(encoding="utf-8") == text:
            return False
    with NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.chmod(file.name, MODE)
    os.replace(file.name, path)
    return True
