"""What holds at one machine, as plain sentences; the numbers are the tool class's own."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from access.pages.sensing import senses_load
from bookings import policy as booking
from equipment.models import Machine, ToolClass
from equipment.words import length


@dataclass(frozen=True, slots=True)
class Rule:
    icon: str
    text: str


def rules_of(machine: Machine) -> list[Rule]:
    """In the order one meets them: booking, being there, the end, the machine's own notes."""
    policy = machine.tool_class
    rules = [Rule("calendar", booking.ahead(policy)), Rule("clock", booking.lengths(policy))]
    if policy.most_future is not None:
        rules.append(Rule("board", booking.most_future(policy.most_future)))
    rules.append(Rule("tap", start_rule(machine)))
    if policy.buffer_minutes:
        rules.append(Rule("hour", booking.buffer(policy)))
    if policy.no_show_minutes is not None:
        rules.append(Rule("none", no_show_rule(policy.no_show_minutes)))
    if machine.has_interlock:
        seen = senses_load(machine)
        rules.append(Rule("lock", end_rule(machine, seen=seen)))
        rules += [Rule("tap", text) for text in session_rules(machine, seen=seen)]
        rules += [Rule("plug", text) for text in beside_rules(machine)]
    return rules + [Rule("warn", note) for note in machine.notes.splitlines() if note.strip()]


def summary_of(policy: ToolClass) -> str:
    """Half a line on the board: the class's own, else what matters most of its policy."""
    if policy.summary:
        return policy.summary
    parts = [_("walk up and start")] if policy.walk_up else []
    parts.append(_("book up to %s") % length(policy.longest_minutes))
    if policy.buffer_minutes:
        parts.append(_("%s kept free after each") % length(policy.buffer_minutes))
    return ", ".join(parts)


def start_rule(machine: Machine) -> str:
    policy = machine.tool_class
    if not machine.has_interlock:
        return _("Check in on this page, or by the QR code on the machine, when you start.")
    early = length(policy.early_start_minutes)
    booked = _("Tap from %s before your start, if the machine is free.") % early
    if not policy.walk_up:
        return booked
    walk_up = _("Not booked and nobody there? Tap, and it is yours for up to %s.")
    return f"{booked} {walk_up % length(policy.walk_up_minutes)}"


def session_rules(machine: Machine, *, seen: bool) -> list[str]:
    """What happens between the start and the end; some of it only where jobs are `seen`."""
    policy = machine.tool_class
    told = []
    if seen:
        if policy.extend_by_tap_minutes:
            by = length(policy.extend_by_tap_minutes)
            told.append(_("While it runs, a tap in the last 10 minutes extends by %s.") % by)
        if policy.idle_end_minutes is not None:
            idle = length(policy.idle_end_minutes)
            told.append(
                _("Nothing runs for %s? It locks, and your time is free for others.") % idle
            )
    if policy.keep_minutes is not None:
        kept = length(policy.keep_minutes)
        told.append(_("Done early? Tap. Your time is kept for %s, then it is free.") % kept)
    return told


def beside_rules(machine: Machine) -> list[str]:
    """What starts with it, such as an extractor."""
    return [
        _("%(name)s starts with it and runs on for %(seconds)d s.")
        % {"name": one.name, "seconds": one.run_on_seconds}
        for one in machine.peripherals.all()
    ]


def no_show_rule(after: int) -> str:
    return _("Not started %s after your start? The time is free for others again.") % length(after)


def end_rule(machine: Machine, *, seen: bool) -> str:
    seconds = machine.tool_class.finish_seconds if seen else machine.finish_fixed_seconds
    if not seconds:
        return _("When your time is up, it locks. Be done by then, or extend while it is free.")
    longest = length(seconds // 60) if seconds >= 60 else _("%d s") % seconds
    if seen:
        return _("When your time is up, a running job may finish, for at most %s.") % longest
    return _("When your time is up, it stays on for %s, unless somebody is next.") % longest
