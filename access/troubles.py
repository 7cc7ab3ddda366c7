"""What an alarm means, what a person does about it, and when it is over. Reads and writes nothing.

Only a fault that a device names by itself may have no line here: it is told in the words it was
raised with.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from access.sessions import FAULT, LOCKED

MOMENT = timedelta(hours=1)  # what only happened is told again after so long

Code = Literal[  # every alarm there is, beside the faults that devices name by themselves
    "silent", "lost", "off-unconfirmed", "on-unasked", "off-unasked", "unknown-session",
    "peripheral-off", "unsigned", "bad-signature", "nonce-reuse", "flood", "repeats", "restless",
    "journal-gap", "journal-conflict", "offline-doubt", "leap",
]  # fmt: skip
OwnCode = Literal["no-gatekeeper", "clock-jump"]  # and what is about no device


@dataclass(frozen=True, slots=True)
class Seen:
    """What a device last said, beside what it was that raised the alarm."""

    online: bool
    relay: bool
    state: str
    fault: str
    seen_at: datetime | None
    is_revoked: bool = False
    is_needed: bool = False  # a peripheral that should run


Over = Callable[[Seen, datetime], bool]


@dataclass(frozen=True, slots=True)
class Trouble:
    """`over(seen, raised_at)` says that the cause is gone; None: it only happened.

    `what` None: the words it was raised with say more, namely why.
    """

    what: Promise | None
    todo: Promise
    over: Over | None = None


def _heard(seen: Seen, raised_at: datetime) -> bool:
    return seen.online and seen.seen_at is not None and seen.seen_at >= raised_at


def _off(seen: Seen, raised_at: datetime) -> bool:
    return _heard(seen, raised_at) and not seen.relay


def _sound(seen: Seen, raised_at: datetime) -> bool:
    return _heard(seen, raised_at) and seen.state != FAULT


def _runs(seen: Seen, raised_at: datetime) -> bool:
    return not seen.is_needed or (_heard(seen, raised_at) and seen.relay)


def _on(seen: Seen, raised_at: datetime) -> bool:
    return _heard(seen, raised_at) and (seen.relay or seen.state == LOCKED)


TROUBLES: Mapping[str, Trouble] = {
    "silent": Trouble(
        _("No word from it for 35 seconds."),
        _("Look at its power and its network. What was on has locked by itself."),
        _heard,
    ),
    "lost": Trouble(
        _("It fell silent while its machine was unlocked; its lease has run out."),
        _("See that the machine is off, then look at power and network."),
        _heard,
    ),
    "off-unconfirmed": Trouble(
        _("It was told to switch off and stays on."),
        _("Switch the machine off at its main switch, and lock it out."),
        _off,
    ),
    "on-unasked": Trouble(
        _("Its relay is on, and nobody was let in."),
        _("Switch the machine off at its main switch, and look at who switched the relay."),
        _off,
    ),
    "off-unasked": Trouble(
        _("Somebody is at the machine, and its relay stays off."),
        _("Look at the device: it says that it is on, and switches nothing."),
        _on,
    ),
    "unknown-session": Trouble(
        _("It was on for a session that is over. It was told to switch off."),
        _("See that the machine is off. If this comes again, replace the device."),
        _off,
    ),
    "contactor-stuck": Trouble(
        _("Contactor stuck: current flows though the relay is off."),
        _("Switch the machine off at its main switch. Replace the contactor, then clear the "
          "lockout and restart the device."),
        _sound,
    ),
    "unknown": Trouble(
        _("It reports a fault and does not say which."),
        _("Look at the device and its wiring. Then clear the lockout and restart the device."),
        _sound,
    ),
    "peripheral-off": Trouble(
        _("It should run with its machine and does not."),
        _("Stop the machine until it runs. Look at its power and its network."),
        _runs,
    ),
    "unsigned": Trouble(
        _("Something came in its name without the signature it must have, and was dropped."),
        _("Flashed without its key? Make a new credential on its page, and flash that. If not, "
          "somebody else has its password: a new credential shuts them out."),
    ),
    "bad-signature": Trouble(
        _("Something came in its name that its key did not sign, and was dropped."),
        _("Flashed with an old key? Make a new credential on its page, and flash that. If not, "
          "somebody else has its password: a new credential shuts them out."),
    ),
    "nonce-reuse": Trouble(
        _("It sent two badges under one number; the second was refused."),
        _("Tap there yourself. If this comes again, flash it anew: its firmware counts wrong, or "
          "somebody repeats what it said."),
    ),
    "flood": Trouble(
        _("It sends more unknown badges, or presses of a button, than people make. The rest is "
          "refused without a record."),
        _("Look for a badge or a button that sticks, or somebody at play. If neither, take it off "
          "its machine, and revoke it if it does not end."),
    ),
    "repeats": Trouble(
        _("It sends one badge again and again. What that badge is refused has one line a minute, "
          "with a count."),
        _("Look for a badge that is held to it, and restart it. If that ends nothing, somebody may "
          "have its password: make a new credential on its page."),
    ),
    "restless": Trouble(
        _("It says something new of itself more often than a machine changes. The rest has no line "
          "in the log."),
        _("Look for a loose contact, at its power and at its current sensor. If nothing is loose, "
          "somebody may have its password: make a new credential on its page."),
    ),
    "journal-gap": Trouble(
        _("It was on its own for longer than its memory lasts: some of what it did is lost."),
        _("Ask who was at the machine meanwhile, and mend its network."),
    ),
    "journal-conflict": Trouble(
        _("It told twice what it did on its own, and not the same. What came first stands."),
        _("Was its memory erased? Make a new credential on its page. If not, revoke it and set up "
          "another: its record cannot be trusted."),
    ),
    "offline-doubt": Trouble(
        None,
        _("Talk to whoever was there. If this must not be, let nobody in without a network: its "
          "page has a button for that."),
    ),
    "leap": Trouble(
        _("Its count of seconds leapt, or two of that name count apart."),
        _("Restart it. If this comes again, somebody may have its password: make a new credential "
          "on its page."),
    ),
}  # fmt: skip

# Of the gatekeeper itself, which is told to be gone by what it says last; with how far it was.
CLOCK_JUMP = Trouble(
    _("The clock of the gatekeeper jumped by %s."),
    _("See that it is right now, and set by NTP. By a wrong time bookings may begin or end."),
)


@dataclass(frozen=True, slots=True)
class Fault:
    """What a device says is wrong with it: beside its name, and as a sentence."""

    short: Promise | str
    told: Promise | str


FAULTS: Mapping[str, Fault] = {
    "contactor-stuck": Fault(
        _("contactor stuck"), _("Contactor stuck: current flows though the relay is off.")
    ),
    "unknown": Fault(_("it does not say which"), _("The interlock reports a fault.")),
}


def fault_of(code: str) -> Fault:
    """One that firmware names by itself is told by that name."""
    return FAULTS.get(code, Fault(code, code))


def only_happened(code: str) -> bool:
    """Whether nothing that a device says ends it: staff say that they have seen it."""
    trouble = TROUBLES.get(code)
    return trouble is not None and trouble.over is None


def is_old(raised_at: datetime, now: datetime) -> bool:
    """Whether the same, if it happens now, is told anew."""
    return now - raised_at > MOMENT


def is_over(code: str, seen: Seen, raised_at: datetime, now: datetime) -> bool:
    """Whether nobody need look any more. A device that is believed no more raises nothing."""
    if seen.is_revoked:
        return True
    trouble = TROUBLES.get(code)
    if trouble is not None:
        return trouble.over is not None and trouble.over(seen, raised_at)
    if seen.state == FAULT and seen.fault == code:
        return False
    return is_old(raised_at, now)
