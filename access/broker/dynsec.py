"""Mosquitto's dynamic security plugin: what it holds, and its way there, part by part. PURE.

How a message reaches the plugin is its caller's to know (`ask`).

Source: https://mosquitto.org/documentation/dynamic-security/, tried with Debian's 2.0.11. Each
command costs the broker a millisecond, with a thousand devices nine, because it writes its file
anew; in that time it carries no tap, so few go in one message.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from access.broker import plan
from access.broker.passwords import ITERATIONS, Hashed
from access.broker.plan import Command, Found, FoundClient, Outcome, Step
from access.broker.wanted import Client, Wanted

AT_ONCE = 4  # commands in a message: the broker answers no tap while it works them off
PAGE = 100  # clients or roles in one answer
CONTROL = "$CONTROL/dynamic-security/#"
ADMINISTRATOR = "benchkey-admin"  # name and role of the client that may administrate

Answer = Mapping[str, Any]
Ask = Callable[[Sequence[Command]], Sequence[Answer]]  # answers in the order of the commands


def reconcile(wanted: Wanted, ask: Ask, keep: Collection[str]) -> Outcome:
    """Make it so; what is so already costs the reading alone."""
    found = read(ask)
    done: list[Step] = []
    failed: dict[str, str] = {}
    todo = plan.steps(wanted, found, keep)
    for start in range(0, len(todo), AT_ONCE):
        part = todo[start : start + AT_ONCE]
        for step, answer in zip(part, ask([step.command for step in part]), strict=True):
            if "error" in answer:
                failed[step.subject] = f"{step.command['command']}: {answer['error']}"
            else:
                done.append(step)
    return Outcome(tuple(done), failed, plan.foreign(wanted, found, keep))


def read(ask: Ask) -> Found:
    """All clients, roles, groups and the default access."""
    (defaults,) = ask([{"command": "getDefaultACLAccess"}])
    return Found(
        defaults={acl["acltype"]: acl["allow"] for acl in _data(defaults)["acls"]},
        clients={c.username: c for c in map(_client, _all(ask, "listClients", "clients"))},
        roles={r["rolename"]: _acls(r) for r in _all(ask, "listRoles", "roles")},
        groups={g["groupname"]: _roles(g) for g in _all(ask, "listGroups", "groups")},
    )


class Unreadable(Exception):
    """The broker's answer is not what the plugin's documentation promises."""


def _data(answer: Answer) -> Mapping[str, Any]:
    if "error" in answer or "data" not in answer:
        raise Unreadable(f"{answer.get('command')}: {answer.get('error', 'no data')}")
    data: Mapping[str, Any] = answer["data"]
    return data


def _all(ask: Ask, command: str, key: str) -> list[Mapping[str, Any]]:
    """Page by page: a list of a thousand would hold up the broker, and us, in one piece."""
    rows: list[Mapping[str, Any]] = []
    while True:
        told = {"command": command, "verbose": True, "count": PAGE, "offset": len(rows)}
        (answer,) = ask([told])
        data = _data(answer)
        rows.extend(data[key])
        if not data[key] or len(rows) >= data["totalCount"]:
            return rows


def _client(row: Mapping[str, Any]) -> FoundClient:
    return FoundClient(
        username=row["username"],
        client_id=row.get("clientid"),
        mark=row.get("textname", ""),
        credential=row.get("textdescription", ""),
        disabled=row.get("disabled", False),
        roles=_roles(row),
        groups=tuple(group["groupname"] for group in row.get("groups", ())),
    )


def _roles(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(role["rolename"] for role in row.get("roles", ()))


def _acls(row: Mapping[str, Any]) -> frozenset[plan.Acl]:
    return frozenset((acl["acltype"], acl["topic"], acl["allow"]) for acl in row.get("acls", ()))


# --- the first file, before there is a broker to talk to ----------------------------------------


def first_file(server: Client, password: str) -> str:
    """dynamic-security.json: the gatekeeper's client, and one that may administrate and no more.

    The one that mosquitto_ctrl makes may besides read every message there is.
    """
    acls = [
        {"acltype": kind, "topic": CONTROL, "allow": True, "priority": 0}
        for kind in ("publishClientSend", "publishClientReceive", "subscribePattern")
    ]
    administrator = {
        "username": ADMINISTRATOR,
        "textname": "Benchkey's administrator",
        "roles": [{"rolename": ADMINISTRATOR}],
    }
    content = {
        "defaultACLAccess": plan.DEFAULTS,
        "clients": [administrator | _hashed(password), _as_kept(server)],
        "groups": [],
        "roles": [
            {"rolename": ADMINISTRATOR, "acls": acls},
            {
                "rolename": plan.role_of(server.username),
                "textname": plan.MARK,
                "acls": plan.listed(plan.acls_of(server)),
            },
        ],
    }
    return json.dumps(content, indent=1) + "\n"


def _as_kept(client: Client) -> dict[str, Any]:
    return {
        "username": client.username,
        "textname": plan.MARK,
        "textdescription": plan.credential_of(client),
        "roles": [{"rolename": plan.role_of(client.username)}],
    } | _hashed(client.password)


def _hashed(password: str) -> dict[str, Any]:
    hashed = Hashed.of(password)
    return {"password": hashed.hash, "salt": hashed.salt, "iterations": ITERATIONS}
