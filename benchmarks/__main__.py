"""`./run bench [NAMES] [--json FILE]`: measures, and prints each figure beside its limit.

It exits 0 however the figures fall: on a busy machine they say more about the machine.
"""

import argparse
import importlib
import json
import os
import platform
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import world
from benchmarks.figures import Table
from benchmarks.foreign import Foreign
from benchmarks.site import Site

NAMES = (
    "tap",
    "tap_million",
    "tap_postgres",
    "leases",
    "reach",
    "booking",
    "board",
    "feed",
    "importing",
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; else all")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - set(NAMES):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    print(machine(), flush=True)
    with tempfile.TemporaryDirectory(prefix="benchkey-bench-") as directory:
        site = Site(Path(directory))
        os.environ.update(site.environment)
        world.prepare(site.database)
        tables = [run(name, site) for name in NAMES if is_chosen(name, chosen.names)]
    if chosen.json:
        chosen.json.write_text(
            json.dumps(
                {"machine": machine(), "tables": [asdict(table) for table in tables]}, indent=1
            )
        )


def is_chosen(name: str, names: list[str]) -> bool:
    """`tap` means tap_postgres, too."""
    return not names or any(name == chosen or name.startswith(f"{chosen}_") for chosen in names)


def run(name: str, site: Site) -> Table:
    """Measures one table and prints it."""
    foreign = Foreign()
    setting, figures = importlib.import_module(f"benchmarks.{name}").measure(site)
    table = Table(name, setting, figures, foreign.stop())
    print(table.text(), flush=True)
    return table


def machine() -> str:
    system = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    return f"{datetime.now(UTC):%F %R} UTC, {system}, Python {platform.python_version()}"


if __name__ == "__main__":
    main()
