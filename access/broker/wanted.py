"""What the broker should hold: one client for each device, one for the gatekeeper. PURE.

A client may do what stands here and nothing else. Which broker it is, nobody knows here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

DEVICE_WRITES = "bk/1/{name}/up/#"
DEVICE_READS = "bk/1/{name}/down/#"
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


def device_client(name: str, password: str) -> Client:
    """Its own topics under its own client id."""
    return Client(
        username=name,
        password=password,
        client_id=name,
        writes=(DEVICE_WRITES.format(name=name),),
        reads=(DEVICE_READS.format(name=name),),
    )


def server_client(username: str, password: str) -> Client:
    """The gatekeeper hears what every device says, and speaks to each; its client id is free,
    because several gatekeepers share the client.
    """
    return Client(
        username=username,
        password=password,
        client_id=None,
        writes=(DEVICE_READS.format(name="+"),),
        reads=(DEVICE_WRITES.format(name="+"),),
    )


def wanted(clients: Iterable[Client]) -> Wanted:
    return {client.username: client for client in clients}


def is_reserved(name: str) -> bool:
    """No device may be called so: as user or client id it would be mistaken for another."""
    return name.startswith(RESERVED) or name in ADMINISTRATORS
