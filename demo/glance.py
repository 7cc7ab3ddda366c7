"""What /demo/ shows at one moment, read from the device, the gatekeeper and the database.

Reads only. What a tap would answer comes from the judge that also answers the tap.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from access.answers import would_answer
from access.decision import Decision, Grant
from bookings.models import Booking
from demo import bench, journal
from demo.bench import TRIAL
from demo.control import Status
from demo.data.people import BADGES, LOGINS, PASSWORD, STRANGER
from equipment import eligibility
from equipment.facts import facts_for
from equipment.models import Machine
from equipment.words import display, tell
from members.models import Member

SHOWN = 3  # bookings to come on the phone
GONE = (Booking.State.CANCELLED, Booking.State.LAPSED)
HINTS = {number[-4:]: LOGINS[first].split()[0] for first, number in BADGES.items()}
NOBODY: Status = {"st": "locked", "display": [], "log": [], "network": True, "connected": True}

# Why a badge does not open, in the fewest words; others are told as on the machine's display.
CAPTIONS = {
    "certification-ended": gettext_noop("certification lapsed"),
    "not-certified": gettext_noop("new, no induction yet"),
    "locked-out": gettext_noop("certified, locked out"),
}
# What a tap of Alice's does while a session of hers is open, by the state of the device.
AT_WORK = {
    "armed": gettext_noop("It locks again. Press start to use it."),
    "running": gettext_noop("It shows your time left, and goes on."),
    "grace": gettext_noop("It stays as it is until the job is done."),
    "fault": gettext_noop("It stays locked. Staff know."),
}
KINDS = {"armed": "wait", "running": "yes", "grace": "wait", "fault": "no"}


@dataclass(frozen=True, slots=True)
class BadgeShown:
    """A badge to click; `is_last` is the one tapped last."""

    first: str
    name: str
    words: str
    is_last: bool


@dataclass(frozen=True, slots=True)
class Button:
    """`part` stays when what it does and says changes with the state."""

    part: str
    do: str
    words: str
    icon: str
    is_danger: bool = False


@dataclass(frozen=True, slots=True)
class Slot:
    """One booking of the bench's day."""

    starts: datetime
    ends: datetime
    who: str
    is_mine: bool
    is_past: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What Alice's tap would answer now; `kind` as in templates/_verdict.html."""

    kind: str
    text: str
    remedy: str = ""


def glance(now: datetime) -> dict[str, Any]:
    """The context of demo/_bench.html; where nothing runs, or no data is, a poster."""
    said, machine, is_up = bench.status(), bench.bench(), bench.gatekeeper_is_up()
    status = said or NOBODY
    hears = is_up and status["connected"]
    return {
        "status": status,
        "state": status["st"].upper(),
        "note": "" if said else _("Nothing runs here. Start it with ./run demo"),
        "zone": bench.zone(),
        "now": now,
        "machine": machine,
        "buttons": list(_buttons(status, is_up=is_up)),
        "log": journal.lines(status["log"], HINTS, bench.zone()),
        "logins": LOGINS,
        "password": PASSWORD,
        **(_of_data(machine, status, now, hears=hears) if machine else {}),
    }


def _of_data(machine: Machine, status: Status, now: datetime, *, hears: bool) -> dict[str, Any]:
    people = {member.name: member for member in Member.objects.filter(name__in=LOGINS.values())}
    alices = would_answer(member=people[LOGINS["alice"]], machine=machine, now=now)
    starts = bench.next_trial(machine, now)
    return {
        "verdict": _verdict(alices, status, bench.zone(), hears=hears),
        "slots": list(_slots(machine, now)),
        "trial_starts": starts,
        "trial_ends": starts + TRIAL,
        "badges": list(_badges(people, machine, status, now)),
    }


def _verdict(decision: Decision, status: Status, zone: tzinfo, *, hears: bool) -> Verdict:
    if status["st"] in AT_WORK:
        return Verdict(KINDS[status["st"]], _(AT_WORK[status["st"]]))
    if not hears:
        return Verdict("no", _("It stays locked: nobody answers."))
    if isinstance(decision, Grant):
        until = decision.until.astimezone(zone)
        return Verdict("wait", _("It unlocks until %s.") % f"{until:%H:%M}")
    told = tell(decision.reasons[0], zone)
    return Verdict("no", told.text, told.remedy)


def _badges(
    people: Mapping[str, Member], machine: Machine, status: Status, now: datetime
) -> Iterator[BadgeShown]:
    """Each badge says what the judge says of its person, whoever is at the machine."""
    last = journal.last_tapped(status["log"])
    for first, number in BADGES.items():
        member = people[LOGINS[first]]
        words = _caption(member, machine, now)
        yield BadgeShown(first, member.name.split()[0], words, number[-4:] == last)
    yield BadgeShown("stranger", _("Stranger"), _("badge not known"), STRANGER[-4:] == last)


def _caption(member: Member, machine: Machine, now: datetime) -> str:
    facts = facts_for(member_id=member.pk, machines=[machine], now=now)[machine.pk]
    for reason in eligibility.missing(facts, now):
        known = CAPTIONS.get(reason.code)
        return _(known) if known else display(reason, bench.zone())
    claims = Booking.objects.standing(now).filter(machine=machine, member=member)
    if claims.filter(starts__lte=now, ends__gt=now).exists():
        return _("certified and booked")
    return _("certified, not booked")


def _buttons(status: Status, *, is_up: bool) -> Iterator[Button]:
    """What can be done to the machine now; a cable that is out can only be put in."""
    yield Button("do-start", "start", _("Press start"), "play")
    yield Button("do-finish", "finish", _("Job done"), "check")
    yield Button("do-time-up", "time-up", _("Time is up"), "hour")
    if status.get("welded") or status["st"] == "fault":
        yield Button("do-relay", "repair", _("Repair it"), "again")
    else:
        yield Button("do-relay", "weld", _("Weld the relay"), "warn")
    if status["network"]:
        yield Button("do-network", "unplug", _("Pull the network"), "plug", is_danger=True)
    else:
        yield Button("do-network", "plug", _("Plug it back in"), "plug", is_danger=True)
    if is_up:
        yield Button("do-gatekeeper", "kill", _("Kill the gatekeeper"), "x", is_danger=True)
    else:
        yield Button("do-gatekeeper", "revive", _("Start the gatekeeper"), "play", is_danger=True)


def _slots(machine: Machine, now: datetime) -> Iterator[Slot]:
    """The last booking that is over, and what is booked from now on."""
    rows = Booking.objects.filter(machine=machine).exclude(state__in=GONE).select_related("member")
    over = rows.filter(ends__lte=now).order_by("-ends")[:1]
    coming = rows.filter(ends__gt=now).order_by("starts")[:SHOWN]
    for booking in [*over, *coming]:
        is_mine = booking.member.name == LOGINS["alice"]
        yield Slot(
            booking.starts, booking.ends, booking.member.short_name, is_mine, booking.ends <= now
        )
