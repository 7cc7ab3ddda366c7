"""From a decision of staff to the relay it switches off, over a real broker and gatekeeper.

The clock starts when the service that staff called has returned, and stops when a reference
device's rules have opened the relay. Both read the machine's monotonic clock.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from benchmarks import world
from benchmarks.figures import Figure, quantile
from benchmarks.site import ROOT, Site

TRIALS, AT_ONCE = 1_000, 40
WITHIN_MS = 1_000


def measure(site: Site) -> tuple[str, list[Figure]]:
    took: dict[str, list[float]] = {kind: [] for kind in KINDS}
    gatekeeper = [sys.executable, "manage.py", "gatekeeper"]
    with site.broker(), site.process("gatekeeper", gatekeeper), _devices(site) as ask:
        for start in range(0, TRIALS, AT_ONCE):
            for kind, milliseconds in _round(ask, start):
                took[kind].append(milliseconds)
    everything = [milliseconds for each in took.values() for milliseconds in each]
    figures = [
        Figure(f"{kind} → relay off, p99", quantile(ms, 0.99), "ms") for kind, ms in took.items()
    ]
    return f"{site.broker_kind}, SQLite, {TRIALS:,} trials on {AT_ONCE} devices that are on", [
        *figures,
        Figure("any of them → relay off, p50", quantile(everything, 0.5), "ms"),
        Figure("any of them → relay off, p99", quantile(everything, 0.99), "ms", WITHIN_MS),
        Figure("any of them → relay off, longest", max(everything), "ms"),
        Figure("never seen to go off", TRIALS - len(everything), "", 0),
    ]


def _round(ask: Callable[[str], Any], start: int) -> Iterator[tuple[str, float]]:
    """All devices on; then one decision after the other, each about another member and machine."""
    armed = ask("arm")
    decided = {}
    kinds = list(KINDS)
    for n in range(AT_ONCE):
        kind = kinds[(start + n) % len(kinds)]
        KINDS[kind](n)
        decided[f"large-{n}"] = kind, time.monotonic()
    off = ask("off")
    _put_back()
    for name, (kind, at) in decided.items():
        if name in armed and name in off:
            yield kind, max(0.0, off[name] - at) * 1000


# --- what staff do -----------------------------------------------------------------------------


def _member(n: int) -> Any:
    from members.models import Member

    return Member.objects.get(name=f"Member {n}")


def _staff() -> Any:
    """The last of the members, who taps nowhere here."""
    from members.models import Role, Space

    staff = _member(world.MEMBERS - 1)
    Role.objects.get_or_create(member=staff, space=Space.objects.get(slug="large"), kind="staff")
    return staff


def _revoke(n: int) -> None:
    from equipment.services.certifications import revoke_certification

    (held,) = _member(n).certifications.filter(revoked_at=None)
    revoke_certification(certification=held, by=_staff(), why="Seen", now=datetime.now(UTC))


def _suspend(n: int) -> None:
    from equipment.models import CertificationType
    from equipment.services.suspensions import suspend_certification

    cnc, now = CertificationType.objects.get(), datetime.now(UTC)
    suspend_certification(member=_member(n), type=cnc, why="Seen", by=_staff(), now=now)


def _lock_out(n: int) -> None:
    from equipment.models import Machine
    from equipment.services import lock_out

    machine = Machine.objects.get(slug=f"large-{n}")
    lock_out(machine=machine, why="Belt torn", by=_staff(), now=datetime.now(UTC))


def _end(n: int) -> None:
    from members.services.memberships import end_membership

    now = datetime.now(UTC)
    end_membership(membership=_member(n).memberships.get(), until=now, by=_staff(), now=now)


def _revoke_badge(n: int) -> None:
    from members.services import revoke_badge

    (badge,) = _member(n).badges.filter(revoked_at=None)
    revoke_badge(badge=badge, by=_staff(), now=datetime.now(UTC))


KINDS: dict[str, Callable[[int], None]] = {
    "certification revoked": _revoke,
    "certification suspended": _suspend,
    "machine locked out": _lock_out,
    "membership ended": _end,
    "badge revoked": _revoke_badge,
}


def _put_back() -> None:
    """As if none of it had been; past the services, which would ask for more than they took."""
    from equipment.models import Certification, Lockout, Suspension
    from members.models import AccessEpoch, Badge, Membership

    now = datetime.now(UTC)
    Certification.objects.exclude(revoked_at=None).update(revoked_at=None)
    Suspension.objects.filter(lifted_at=None).update(lifted_at=now)
    Lockout.objects.filter(cleared_at=None).update(cleared_at=now)
    Membership.objects.exclude(until=None).update(until=None, due=None, ended_at=None)
    Badge.objects.exclude(revoked_at=None).update(revoked_at=None)
    AccessEpoch.bump()


# --- the devices -------------------------------------------------------------------------------


@contextmanager
def _devices(site: Site) -> Iterator[Callable[[str], Any]]:
    """What a word brings from benchmarks/reach_load.py."""
    badges = {f"large-{n}": world.owner_badge(n) for n in range(AT_ONCE)}
    running = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.reach_load", str(site.broker_port), json.dumps(badges)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def ask(word: str) -> Any:
        assert running.stdin is not None
        assert running.stdout is not None
        running.stdin.write(word + "\n")
        running.stdin.flush()
        return json.loads(running.stdout.readline())

    try:
        yield ask
    finally:
        running.kill()
        running.communicate()
