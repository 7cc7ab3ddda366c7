"""RFC 5545's grammar as a table, and a checker that knows nothing of how our files are made.

It unfolds and splits the octets itself (section 3.1), so that no parser's leniency hides a flaw.
"""

import re
from collections import Counter
from dataclasses import dataclass, field

ONE, MAYBE, MANY = (1, 1), (0, 1), (0, None)

# Section 3.6.1 (event), 3.6.6 (alarm) and 3.6 with 3.7 (calendar); RFC 7986 section 4.
TABLE = {
    "VCALENDAR": {
        "PRODID": ONE, "VERSION": ONE, "CALSCALE": MAYBE, "METHOD": MAYBE,
        "NAME": MANY, "DESCRIPTION": MANY, "UID": MAYBE, "LAST-MODIFIED": MAYBE, "URL": MAYBE,
        "CATEGORIES": MANY, "REFRESH-INTERVAL": MAYBE, "SOURCE": MAYBE, "COLOR": MAYBE,
        "IMAGE": MANY,
    },
    "VEVENT": {
        "DTSTAMP": ONE, "UID": ONE, "DTSTART": MAYBE,
        "CLASS": MAYBE, "CREATED": MAYBE, "DESCRIPTION": MAYBE, "GEO": MAYBE,
        "LAST-MODIFIED": MAYBE, "LOCATION": MAYBE, "ORGANIZER": MAYBE, "PRIORITY": MAYBE,
        "SEQUENCE": MAYBE, "STATUS": MAYBE, "SUMMARY": MAYBE, "TRANSP": MAYBE, "URL": MAYBE,
        "RECURRENCE-ID": MAYBE, "RRULE": MAYBE, "DTEND": MAYBE, "DURATION": MAYBE,
        "ATTACH": MANY, "ATTENDEE": MANY, "CATEGORIES": MANY, "COMMENT": MANY, "CONTACT": MANY,
        "EXDATE": MANY, "REQUEST-STATUS": MANY, "RELATED-TO": MANY, "RESOURCES": MANY,
        "RDATE": MANY, "COLOR": MAYBE, "IMAGE": MANY, "CONFERENCE": MANY,
    },
    "VALARM": {
        "ACTION": ONE, "TRIGGER": ONE, "DESCRIPTION": ONE, "DURATION": MAYBE, "REPEAT": MAYBE,
    },
}  # fmt: skip
INSIDE = {"": {"VCALENDAR"}, "VCALENDAR": {"VEVENT"}, "VEVENT": {"VALARM"}, "VALARM": set()}

UTC = r"\d{8}T\d{6}Z"
VALUES = {
    "VERSION": r"2\.0",
    "DTSTAMP": UTC,
    "CREATED": UTC,
    "LAST-MODIFIED": UTC,
    "DTSTART": rf"{UTC}|\d{{8}}",
    "DTEND": rf"{UTC}|\d{{8}}",
    "SEQUENCE": r"\d+",
    "STATUS": "TENTATIVE|CONFIRMED|CANCELLED",
    "TRANSP": "OPAQUE|TRANSPARENT",
    "ACTION": "DISPLAY",
    "TRIGGER": r"-?PT\d+M",
    "REFRESH-INTERVAL": r"PT\d+M",
    "X-PUBLISHED-TTL": r"PT\d+M",
    "SOURCE": r"https?://[^\s]+",
    "URL": r"https?://[^\s]+",
    "METHOD": "REQUEST|CANCEL",
    "ORGANIZER": r"mailto:[^\s@]+@[^\s@]+",
    "ATTENDEE": r"mailto:[^\s@]+@[^\s@]+",
    "UID": r"[0-9a-f-]{36}",
    "RELATED-TO": r"[0-9a-f-]{36}",
}
# TEXT, section 3.3.11: a comma, semicolon or backslash is escaped, and nothing else is.
TEXT = r"(?:[^\x00-\x08\x0a-\x1f\x7f\\;,]|\\[\\;,nN])*"
TEXTS = {"NAME", "X-WR-CALNAME", "SUMMARY", "LOCATION", "DESCRIPTION", "PRODID"}

PARAMETER = r';([A-Z-]+)=("[^"\x00-\x08\x0a-\x1f\x7f]*"|[^";:,\x00-\x08\x0a-\x1f\x7f]*)'
LINE = re.compile(rf"([A-Z-]+)((?:{PARAMETER})*):(.*)", re.DOTALL)
PARAMETERS = {
    "DTSTART": {"VALUE"}, "DTEND": {"VALUE"}, "REFRESH-INTERVAL": {"VALUE"}, "SOURCE": {"VALUE"},
    "RELATED-TO": {"RELTYPE"}, "ORGANIZER": {"CN"}, "ATTENDEE": {"CN", "PARTSTAT", "RSVP"},
}  # fmt: skip


@dataclass
class Component:
    name: str
    properties: list[tuple[str, dict[str, str], str]] = field(default_factory=list)
    children: list["Component"] = field(default_factory=list)

    def value(self, name: str) -> str | None:
        return next((value for key, _given, value in self.properties if key == name), None)


def flaws(octets: bytes) -> list[str]:
    """Every way in which a file is not as the grammar wants it; none for a good one."""
    found = [f"a line of {len(line)} octets" for line in octets.split(b"\r\n") if len(line) > 75]
    if not octets.endswith(b"\r\n"):
        found.append("no line end at the end")
    if re.search(rb"(?<!\r)\n|\r(?!\n)", octets):
        found.append("a bare CR or LF")
    for line in octets.split(b"\r\n"):
        try:
            line.decode()
        except UnicodeDecodeError:
            found.append("a fold in the middle of a character")
    root = Component("")
    stack = [root]
    for line in octets.decode(errors="replace").replace("\r\n ", "").split("\r\n")[:-1]:
        found += _read(line, stack)
    if len(stack) > 1 or len(root.children) != 1:
        found.append("unbalanced components")
    return found + [flaw for child in root.children for flaw in _flaws_of(child, "")]


def _read(line: str, stack: list[Component]) -> list[str]:
    match = LINE.fullmatch(line)
    if not match:
        return [f"not a content line: {line[:60]!r}"]
    name, value = match[1], match[match.lastindex or 0]
    if name == "BEGIN":
        stack[-1].children.append(Component(value))
        stack.append(stack[-1].children[-1])
    elif name == "END":
        if stack.pop().name != value or not stack:
            return [f"END:{value} ends something else"]
    else:
        stack[-1].properties.append((name, dict(re.findall(PARAMETER, match[2])), value))
    return []


def _flaws_of(part: Component, outer: str) -> list[str]:
    if part.name not in INSIDE[outer]:
        return [f"{part.name} inside {outer or 'nothing'}"]
    table = TABLE[part.name]
    counts = Counter(name for name, _given, _value in part.properties)
    found = [f"{part.name} has {name}" for name in counts if not _is_known(name, table)]
    for name, (least, most) in table.items():
        if counts[name] < least or (most is not None and counts[name] > most):
            found.append(f"{part.name} has {name} {counts[name]} times")
    found += [flaw for each in part.properties for flaw in _flaws_of_property(*each)]
    if part.name == "VEVENT":
        found += _flaws_of_event(part)
    return found + [flaw for child in part.children for flaw in _flaws_of(child, part.name)]


def _is_known(name: str, table: dict[str, object]) -> bool:
    return name in table or name in {"X-WR-CALNAME", "X-PUBLISHED-TTL"}


def _flaws_of_property(name: str, given: dict[str, str], value: str) -> list[str]:
    found = [f"{name};{key}" for key in given if key not in PARAMETERS.get(name, set())]
    pattern = TEXT if name in TEXTS else VALUES.get(name)
    if pattern is None:
        found.append(f"{name} is not expected")
    elif not re.fullmatch(pattern, value):
        found.append(f"{name}:{value[:60]!r}")
    is_day = re.fullmatch(r"\d{8}", value) is not None
    if name in ("DTSTART", "DTEND") and is_day != (given.get("VALUE") == "DATE"):
        found.append(f"{name} without its VALUE")
    return found


def _flaws_of_event(event: Component) -> list[str]:
    starts, ends = event.value("DTSTART"), event.value("DTEND")
    found = [] if starts else ["VEVENT without DTSTART"]  # section 3.6.1: needed without METHOD
    if ends and event.value("DURATION"):
        found.append("DTEND and DURATION")
    if starts and ends and (len(starts) != len(ends) or ends <= starts):
        found.append(f"DTEND {ends} is not after DTSTART {starts}")
    return found
