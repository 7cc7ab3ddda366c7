"""The live log of /demo/: a device's own lines, told as who did what. Knows no device and no page.

The device writes plain lines (device/box.py); each kind is recognised here by how it begins.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

YES = {"granted": "Granted", "running": "Shown", "ends-when-idle": "Noted", "finished": "Ended"}
REFUSED = "Refused"  # any other code of an answer

# How a line begins, who did it, and in which colour; the groups are what is bold and what follows.
KINDS = tuple(
    (re.compile(pattern), who, tone)
    for pattern, who, tone in (
        (r"(tap), badge …(\w+)", "reader", ""),
        (rf"answer: ({'|'.join(YES)}), (.*)", "gatekeeper", "ok"),
        (r"answer: ([\w-]+), (.*)", "gatekeeper", "no"),
        (r"(off), (.*)", "gatekeeper", ""),
        (r"(grant) for (\w{6})", "gatekeeper", "ok"),
        (r"(relay on)()", "interlock", "ok"),
        (r"(relay off)()", "interlock", ""),
        (r"\w+ → (FAULT)()", "interlock", "no"),
        (r"\w+ → (\w+)()", "interlock", ""),
        (r"(ignored): (.*)", "interlock", "no"),
        (r"(contactor \w+)()", "machine", "no"),
        (r"(start pressed|job done)(.*)", "machine", ""),
        (r"(connected|network plugged in)()", "network", "ok"),
        (r"(network pulled|connection lost|no broker|broken connection)(.*)", "network", "no"),
    )
)


@dataclass(frozen=True, slots=True)
class Line:
    """`tone` is "ok", "no" or nothing; `ms` counts from the tap where there was one."""

    at: str
    who: str
    bold: str
    rest: str
    ms: str
    tone: str


def lines(
    entries: Iterable[Mapping[str, Any]], badges: Mapping[str, str], zone: tzinfo
) -> list[Line]:
    """Newest first. `badges` names people by the last four characters of their badge."""
    return [_line(entry, badges, zone) for entry in entries][::-1]


def last_tapped(entries: Iterable[Mapping[str, Any]]) -> str:
    """The last four characters of the badge tapped last, or nothing."""
    tapped = [match[1] for entry in entries if (match := TAP.match(entry["what"]))]
    return tapped[-1] if tapped else ""


TAP = re.compile(r"tap, badge …(\w+)")


def _line(entry: Mapping[str, Any], badges: Mapping[str, str], zone: tzinfo) -> Line:
    who, bold, rest, tone = _told(entry["what"])
    if bold == "Tap":
        rest = f"{badges.get(rest, 'a badge')}, …{rest}"
    at = datetime.fromisoformat(entry["at"]).astimezone(zone)
    ms = "" if entry["ms"] is None else f"{entry['ms']:.1f} ms"
    return Line(f"{at:%H:%M:%S}.{at.microsecond // 1000:03}", who, bold, rest, ms, tone)


def _told(what: str) -> tuple[str, str, str, str]:
    for pattern, who, tone in KINDS:
        if match := pattern.match(what):
            bold = YES.get(match[1], REFUSED) if what.startswith("answer") else _capital(match[1])
            return who, bold, match[2].lstrip(", :"), tone
    bold, _, rest = what.partition(", ")
    return "interlock", _capital(bold), rest, ""


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
