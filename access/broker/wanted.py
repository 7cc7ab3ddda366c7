"""What the broker should hold: one client for each device, one for the gatekeeper. PURE.

A client may do what stands here and nothing else. Which broker it is, nobody knows here.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

DEVICE_WRITES = ("bk/1/{name}/up/#",)  # of protocol v1
DEVICE_READS = ("bk/1/{name}/down/#",)
ROOT = "bk"
ADDRESS = re.compile(r"[A-Za-z0-9_-]{1,80}")
RESERVED = "benchkey"  # names that begin so are the server's own
ADMINISTRATORS = ("admin", "root", "server")  # what people call those who may do anything


@dataclass(frozen=True, slots=True)
class Client:
    """One user of the broker. `client_id` None: it may connect under any."""

    username: str
    password: str
    client_id: str | None
    writes: tuple[str, ...]
    reads: tuple[str, ...]


Wanted = Mapping[str, Client]  # by username


def device_client(
    name: str,
    password: str,
    *,
    address: str = "",
    writes: Iterable[str] = DEVICE_WRITES,
    reads: Iterable[str] = DEVICE_READS,
) -> Client:
    """Its own topics under its own client id; `writes` and `reads` are those of its firmware."""
    return Client(
        username=name,
        password=password,
        client_id=name,
        writes=tuple(topic.format(name=name, address=address) for topic in writes),
        reads=tuple(topic.format(name=name, address=address) for topic in reads),
    )


def server_client(username: str, password: str, devices: Iterable[Client] = ()) -> Client:
    """The gatekeeper hears what every device says, and speaks to each: all of protocol v1, and the
    very topics of those of `devices` that speak something else. Its client id is free, because
    several gatekeepers share the client.
    """
    native_writes = {topic.format(name="+") for topic in DEVICE_WRITES}
    native_reads = {topic.format(name="+") for topic in DEVICE_READS}
    others = [device for device in devices if not _is_native(device)]
    return Client(
        username=username,
        password=password,
        client_id=None,
        writes=tuple(sorted(native_reads.union(*(device.reads for device in others)))),
        reads=tuple(sorted(native_writes.union(*(device.writes for device in others)))),
    )


def _is_native(device: Client) -> bool:
    return device.writes == tuple(t.format(name=device.username) for t in DEVICE_WRITES)


def wanted(clients: Iterable[Client]) -> Wanted:
    return {client.username: client for client in clients}


def is_address(text: str) -> bool:
    """Whether firmware may be called so in its topics: one level, no wildcard, and not ours."""
    return bool(ADDRESS.fullmatch(text)) and text != ROOT


def is_reserved(name: str) -> bool:
    """No device may be called so: as user or client id it would be mistaken for another."""
    return name.startswith(RESERVED) or name in ADMINISTRATORS
