"""A thousand machines that are on at once: what it costs to renew all their leases."""

import shutil
import sys

from benchmarks import world
from benchmarks.figures import Figure, quantile
from benchmarks.site import Site

SECONDS, HEARTBEAT = 30, 10
OF_A_CORE, MEBIBYTES = 10, 80


def measure(site: Site) -> tuple[str, list[Figure]]:
    other = Site(site.directory / "leases")
    shutil.copyfile(site.database, other.database)
    other.fill("leases")
    command = [sys.executable, "manage.py", "gatekeeper"]
    with other.broker(), other.process("gatekeeper", command) as keeper:
        plan = {"port": other.broker_port, "devices": world.LEASES, "pid": keeper.pid}
        seen = other.run("benchmarks.lease_load", plan | {"seconds": SECONDS, "every": HEARTBEAT})
    setting = f"{world.LEASES:,} devices, a state each every {HEARTBEAT} s, for {SECONDS} s"
    return f"{other.broker_kind}, SQLite, {setting}", [
        Figure("leases renewed", seen["leases"] / seen["seconds"], "/s"),
        Figure("state → lease, p50", quantile(seen["took"], 0.5), "ms"),
        Figure("state → lease, p99", quantile(seen["took"], 0.99), "ms"),
        Figure("states without a lease", seen["states"] - seen["leases"], "", 0),
        Figure("of a core", 100 * seen["cpu"] / seen["seconds"], "%", OF_A_CORE),
        Figure("resident memory of the gatekeeper", seen["rss"] / 2**20, "MiB", MEBIBYTES),
    ]
