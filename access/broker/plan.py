"""The difference between what a broker with dynamic security should hold and what it holds. PURE.

It ends in commands of mosquitto's dynamic security plugin, each safe to give twice. What carries
our mark is ours to mend and to remove; what others made is left alone, unless it holds a role of
ours. Default access is denied in all three ways: to send, to be sent, to subscribe.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from access.broker.passwords import fingerprint
from access.broker.wanted import Client, Wanted

MARK = "Benchkey"  # textname of our clients and roles
ROLE = "benchkey-client-"  # begins the name of each role of ours
DEFAULTS = {
    "publishClientSend": False,
    "publishClientReceive": False,
    "subscribe": False,
    "unsubscribe": True,
}


class Why(StrEnum):
    """What was found to be different."""

    DEFAULTS = "defaults"
    CLIENT_STRAY = "client-stray"
    CLIENT_MISSING = "client-missing"
    CLIENT_DISABLED = "client-disabled"
    CLIENT_ID = "client-id"
    CLIENT_ROLES = "client-roles"
    CREDENTIAL = "credential"
    ROLE = "role"
    ROLE_MISSING = "role-missing"
    ROLE_STRAY = "role-stray"
    ROLE_BORROWED = "role-borrowed"
    FILES = "files"


Command = dict[str, Any]
Acl = tuple[str, str, bool]  # kind, topic, allow


@dataclass(frozen=True, slots=True)
class FoundClient:
    """A client as the broker lists it."""

    username: str
    client_id: str | None = None
    mark: str = ""
    credential: str = ""
    disabled: bool = False
    roles: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()

    @property
    def is_ours(self) -> bool:
        return self.mark == MARK


@dataclass(frozen=True, slots=True)
class Found:
    """All that the broker holds; roles and groups by name."""

    defaults: Mapping[str, bool] = field(default_factory=dict)
    clients: Mapping[str, FoundClient] = field(default_factory=dict)
    roles: Mapping[str, frozenset[Acl]] = field(default_factory=dict)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # the roles of each


@dataclass(frozen=True, slots=True)
class Step:
    """One command, the client it is about ("" for the broker itself), and why."""

    subject: str
    why: Why
    command: Command


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a round did; `failed` is by client, why the broker would not; `foreign` by name."""

    done: tuple[Step, ...] = ()
    failed: Mapping[str, str] = field(default_factory=dict)
    foreign: tuple[str, ...] = ()


def steps(wanted: Wanted, found: Found, keep: Collection[str]) -> tuple[Step, ...]:
    """What to do, in order: doors are closed before any is opened. `keep` is never touched."""
    return (
        *_defaults(found),
        *_strays(wanted, found, keep),
        *_borrowed(wanted, found, keep),
        *_roles(wanted, found),
        *_clients(wanted, found),
        *_stray_roles(wanted, found),
    )


def foreign(wanted: Wanted, found: Found, keep: Collection[str]) -> tuple[str, ...]:
    """The clients somebody else made and may have use for."""
    return tuple(
        sorted(
            client.username
            for client in found.clients.values()
            if client.username not in wanted and client.username not in keep and not client.is_ours
        )
    )


def role_of(username: str) -> str:
    return ROLE + username


def credential_of(client: Client) -> str:
    """Says in the broker's list which password a client has, which the broker itself never does."""
    return f"credential {fingerprint(client.password)}"


def acls_of(client: Client) -> frozenset[Acl]:
    return frozenset(
        [
            *(("publishClientSend", topic, True) for topic in client.writes),
            *(("publishClientReceive", topic, True) for topic in client.reads),
            *(("subscribePattern", topic, True) for topic in client.reads),
        ]
    )


def _defaults(found: Found) -> Iterator[Step]:
    if dict(found.defaults) != DEFAULTS:
        acls = [{"acltype": kind, "allow": allow} for kind, allow in DEFAULTS.items()]
        yield Step("", Why.DEFAULTS, {"command": "setDefaultACLAccess", "acls": acls})


def _strays(wanted: Wanted, found: Found, keep: Collection[str]) -> Iterator[Step]:
    for client in found.clients.values():
        if client.is_ours and client.username not in wanted and client.username not in keep:
            command = {"command": "deleteClient", "username": client.username}
            yield Step(client.username, Why.CLIENT_STRAY, command)


def _borrowed(wanted: Wanted, found: Found, keep: Collection[str]) -> Iterator[Step]:
    """Roles of ours in the hands of others."""
    for client in found.clients.values():
        if client.is_ours or client.username in wanted or client.username in keep:
            continue
        for role in filter(_is_our_role, client.roles):
            command = {"command": "removeClientRole", "username": client.username, "rolename": role}
            yield Step(client.username, Why.ROLE_BORROWED, command)
    for group, roles in found.groups.items():
        for role in filter(_is_our_role, roles):
            command = {"command": "removeGroupRole", "groupname": group, "rolename": role}
            yield Step(group, Why.ROLE_BORROWED, command)


def _roles(wanted: Wanted, found: Found) -> Iterator[Step]:
    for client in wanted.values():
        role, acls = role_of(client.username), acls_of(client)
        there = found.roles.get(role)
        if there == acls:
            continue
        verb, why = ("createRole", Why.ROLE_MISSING) if there is None else ("modifyRole", Why.ROLE)
        command = {"command": verb, "rolename": role, "textname": MARK, "acls": listed(acls)}
        yield Step(client.username, why, command)


def listed(acls: frozenset[Acl]) -> list[dict[str, Any]]:
    return [
        {"acltype": kind, "topic": topic, "allow": allow, "priority": 0}
        for kind, topic, allow in sorted(acls)
    ]


def _clients(wanted: Wanted, found: Found) -> Iterator[Step]:
    for client in wanted.values():
        there = found.clients.get(client.username)
        if there is None:
            yield Step(client.username, Why.CLIENT_MISSING, _told("createClient", client))
            continue
        if why := _difference(client, there):
            yield Step(client.username, why, _told("modifyClient", client))
        if there.disabled:
            command = {"command": "enableClient", "username": client.username}
            yield Step(client.username, Why.CLIENT_DISABLED, command)


def _difference(client: Client, there: FoundClient) -> Why | None:
    """Why it must be told anew; it loses its connection by that, so only for a reason."""
    if not there.is_ours or there.credential != credential_of(client):
        return Why.CREDENTIAL
    if client.client_id is not None and there.client_id != client.client_id:
        return Why.CLIENT_ID
    if there.roles != (role_of(client.username),) or there.groups:
        return Why.CLIENT_ROLES
    return None


def _told(verb: str, client: Client) -> Command:
    command: Command = {
        "command": verb,
        "username": client.username,
        "password": client.password,
        "textname": MARK,
        "textdescription": credential_of(client),
        "roles": [{"rolename": role_of(client.username), "priority": -1}],
        "groups": [],
    }
    return command if client.client_id is None else command | {"clientid": client.client_id}


def _stray_roles(wanted: Wanted, found: Found) -> Iterator[Step]:
    ours = {role_of(username) for username in wanted}
    for role in filter(_is_our_role, found.roles):
        if role not in ours:
            command = {"command": "deleteRole", "rolename": role}
            yield Step(role.removeprefix(ROLE), Why.ROLE_STRAY, command)


def _is_our_role(role: str) -> bool:
    return role.startswith(ROLE)
