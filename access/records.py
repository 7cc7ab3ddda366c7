"""What the gatekeeper knows of devices, machines and messages while it handles them. PURE.

Plain rows read by access/facts.py in one go; a Box changes as messages arrive and is written back.
"""

import zoneinfo
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

import wire
from access.sessions import LEASE, SHORT_LEASE, Session, Terms
from equipment.eligibility import Requirement
from members.names import shorten
from wire import sign

zone_of = cache(zoneinfo.ZoneInfo)


@dataclass(slots=True)
class Box:
    """One device, with what it last said."""

    id: int
    name: str
    space_id: int
    machine_id: int | None
    is_reader: bool
    is_interlock: bool
    is_enrolment: bool
    is_revoked: bool
    online: bool
    seen_at: datetime | None
    boot: str
    n: int
    up: int
    sync_id: str
    sync_boot: str
    state: str
    relay: bool
    ma: int | None
    fault: str
    firmware: str
    model: str
    badge_format: str
    caps: tuple[str, ...] = ()
    key_sealed: bytes | None = None
    key_before_sealed: bytes | None = None
    must_sign: bool = False


@dataclass(frozen=True, slots=True)
class Bench:
    """One machine with its policy."""

    id: int
    name: str
    slug: str
    space_id: int
    zone_name: str
    retired_at: datetime | None
    feedback: str
    run_above_ma: int
    idle_seconds: int
    finish_fixed_seconds: int
    risk: str
    required_level: int
    requires_id: int | None
    requires_name: str | None
    requires_slug: str | None
    requires_how: str | None
    requires_theory: bool
    requires_next: datetime | None
    walk_up: bool
    early_start_minutes: int
    overrun_minutes: int
    finish_seconds: int
    idle_end_minutes: int | None
    take_over_minutes: int
    extend_by_tap_minutes: int
    keep_minutes: int | None
    least_credential: str
    two_person: bool
    supervised: bool
    measures: bool  # its interlock says how much current flows

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zone_of(self.zone_name)

    @property
    def requirement(self) -> Requirement | None:
        if self.requires_id is None:
            return None
        return Requirement(
            name=self.requires_name or "",
            slug=self.requires_slug or "",
            level=self.required_level,
            how_to_get=self.requires_how or "",
            theory=self.requires_theory,
            next_at=self.requires_next,
        )

    @property
    def early_start(self) -> timedelta:
        return timedelta(minutes=self.early_start_minutes)

    @property
    def overrun(self) -> timedelta:
        """Where no job is seen, the fixed time for one belongs to it: each lease is decided."""
        fixed = 0 if self.senses_load else self.finish_fixed_seconds
        return timedelta(minutes=self.overrun_minutes, seconds=fixed)

    @property
    def senses_load(self) -> bool:
        """Whether it shows that a job runs. Where it does not, a machine at work looks idle.

        An auxiliary contact tells of the contactor, and not of what the machine does.
        """
        return self.feedback == "current" and self.run_above_ma > 0 and self.measures

    @property
    def idle_end(self) -> timedelta | None:
        """Only where it shows that nothing runs."""
        if self.idle_end_minutes is None or not self.senses_load:
            return None
        return timedelta(minutes=self.idle_end_minutes)

    @property
    def take_over(self) -> timedelta | None:
        """Nobody takes over a job, so it has to show that none runs."""
        return timedelta(minutes=self.take_over_minutes) if self.senses_load else None

    @property
    def keep(self) -> timedelta | None:
        return None if self.keep_minutes is None else timedelta(minutes=self.keep_minutes)

    @property
    def terms(self) -> Terms:
        """A device gives a job time to finish only while it sees one run."""
        fin = self.finish_seconds if self.senses_load else 0
        short = self.risk == "high" and fin == 0
        return Terms(
            fin=fin,
            idle_s=self.idle_seconds,
            run_ma=self.run_above_ma if self.senses_load else 0,
            ttl=SHORT_LEASE if short else LEASE,
        )


@dataclass(frozen=True, slots=True)
class Interlock:
    """The box that switches a machine."""

    id: int
    name: str
    boot: str
    online: bool
    state: str
    caps: tuple[str, ...] = ()
    key_sealed: bytes | None = None
    key_before_sealed: bytes | None = None
    must_sign: bool = False


@dataclass(frozen=True, slots=True)
class Recorded:
    """A tap that was decided before."""

    badge_hash: bytes
    sid: str
    answer: bytes | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """What a message asks the database for: whose device, which tap, whose badge."""

    device: str
    boot: str = ""
    nonce: str = ""
    badge: str = ""  # as the reader sent it


@dataclass(slots=True)
class Context:
    """Everything about the place a message comes from; `box` is None for an unknown device."""

    box: Box | None = None
    bench: Bench | None = None
    interlock: Interlock | None = None
    session: Session | None = None
    badge_id: int | None = None
    member_id: int | None = None
    badge_was_revoked: bool = False
    session_badge_revoked: bool = False
    recorded: Recorded | None = None
    badge: str = ""  # its number, by the format of the reader
    badge_hash: bytes = b""


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message as it came. `message` is None where it is not protocol v1; `error` says why.

    `signature` is what stood under it, not yet checked: whose key is needed is read with the facts.
    """

    topic: str
    payload: bytes
    retain: bool = False
    message: wire.Up | None = None
    error: wire.ProtocolError | None = None
    signature: str = ""


@dataclass(frozen=True, slots=True)
class Outbound:
    """One message to be published once the transaction is committed."""

    topic: str
    payload: bytes
    qos: int
    retain: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """A member, as far as an answer needs one."""

    id: int
    name: str
    language: str
    active: bool

    @property
    def first_name(self) -> str:
        return self.name.partition(" ")[0]

    @property
    def short_name(self) -> str:
        return shorten(self.name)


@dataclass(slots=True)
class Event:
    """One line of the log to be."""

    at: datetime
    kind: str
    code: str = ""
    device_id: int | None = None
    boot: str = ""
    nonce: str = ""
    badge_hash: bytes | None = None
    member_id: int | None = None
    machine_id: int | None = None
    sid: str = ""
    ok: bool | None = None
    detail: dict[str, object] = field(default_factory=dict)
    answer: bytes | None = None


LONGEST_STOCK = 4096  # bytes of what is not protocol v1: stock firmware says long things


def receive(topic: str, payload: bytes, retain: bool = False) -> Inbound:
    """Read a message; one that is not protocol v1 keeps its reason instead. Never raises."""
    body, signature = sign.split(payload)
    try:
        message = wire.parse_up(topic, body)
    except wire.ProtocolError as error:
        return Inbound(topic[:120], payload[:LONGEST_STOCK], retain, None, error)
    return Inbound(topic, body, retain, message, None, signature)
