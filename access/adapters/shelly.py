"""Shelly of the second generation and later: Plus, Pro, Gen3. PURE.

Source: Shelly's own API pages (Mqtt, Switch, Notifications). The MQTT prefix is set to bk/1/NAME.
Requests are RPC frames; `toggle_after` is the lease. NotifyStatus tells only what has changed. A
whole status of what is on names its timer: where it names none, nothing would switch it off.

The pages do not say whether Switch.Set of what is on starts `toggle_after` anew. If it does not,
the machine goes off with its first lease; if it stopped the timer, the next whole status says so.
"""

import json
from dataclasses import replace
from typing import Any

from access.adapters.shape import (
    ROOT,
    Abilities,
    Adapter,
    Command,
    Commands,
    Report,
    as_object,
    inside,
    line,
    milliamperes,
    nothing,
)

SWITCH = "switch:0"
SET, CONFIGURE, STATUS, INFO = 1, 2, 3, 4  # ids of our requests
ALIVE = {b"true": True, b"false": False}


def read(topic: str, payload: bytes) -> Report | None:
    match topic.split("/"):
        case ["online"]:
            return Report(online=ALIVE[payload]) if payload in ALIVE else None
        case ["status", "switch:0"]:
            return _whole(as_object(payload))
        case ["events", "rpc"]:
            return _notified(as_object(payload))
        case ["reply", "rpc"]:
            return _replied(as_object(payload))
    return None


def _notified(found: dict[str, Any]) -> Report | None:
    told = inside(found, "params", SWITCH)
    match found.get("method"):
        case "NotifyStatus":
            return _status(told)
        case "NotifyFullStatus":
            return _whole(told)
    return None


def _replied(found: dict[str, Any]) -> Report | None:
    result = found.get("result")
    if found.get("id") == INFO and (version := line(inside(result, "ver"))):
        return Report(fw=version, model=line(inside(result, "model")))
    return _whole(result) if found.get("id") == STATUS else None


def _whole(found: Any) -> Report | None:
    """All there is to say of the switch, and so of the timer that will open it."""
    report = _status(found)
    if report is None or not report.on:
        return report
    return replace(report, bounded=inside(found, "timer_duration") is not None)


def _status(found: Any) -> Report | None:
    output, ma = inside(found, "output"), milliamperes(inside(found, "current"))
    on = output if isinstance(output, bool) else None
    return None if on is None and ma is None else Report(on=on, ma=ma)


def _request(name: str, number: int, method: str, **params: Any) -> Command:
    """Answered on SRC/rpc, and so below the device's own root."""
    frame = {"id": number, "src": f"{ROOT}{name}/reply", "method": method, "params": params}
    return Command("rpc", json.dumps(frame, separators=(",", ":")).encode())


def set_up(name: str, seconds: int) -> Commands:
    """Off after power came back, and off by itself whoever switched it on."""
    wanted = {"initial_state": "off", "auto_off": True, "auto_off_delay": seconds}
    return (_request(name, CONFIGURE, "Switch.SetConfig", id=0, config=wanted),)


def on(name: str, seconds: int) -> Commands:
    return (_request(name, SET, "Switch.Set", id=0, on=True, toggle_after=seconds),)


def again(name: str, seconds: int) -> Commands:
    """There is no other way. Whether a timer still runs is asked with it: it might have stopped."""
    return (*on(name, seconds), _request(name, STATUS, "Switch.GetStatus", id=0))


def off(name: str) -> Commands:
    return (_request(name, SET, "Switch.Set", id=0, on=False),)


def ask(name: str) -> Commands:
    status = _request(name, STATUS, "Switch.GetStatus", id=0)
    return (status, _request(name, INFO, "Shelly.GetDeviceInfo"))


SHELLY = Adapter(
    speaks="shelly",
    writes=("online", "status/#", "events/rpc", "reply/rpc"),
    reads=("rpc",),
    abilities=Abilities(lease=True, current=True, reader=False, tls=True),
    read=read,
    set_up=set_up,
    bind=nothing,
    on=on,
    again=again,
    off=off,
    ask=ask,
)
