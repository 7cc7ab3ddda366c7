"""The answer a tap would get, as the first thing on a machine's page; words only.

The judgement is the one a tap gets (access.answers); here it is put into one sentence, its reasons
and what to do, and for a machine without an interlock into buttons.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo

from django.urls import reverse
from django.utils.translation import gettext as _

from access.answers import would_answer
from access.decision import Denial, Grant
from access.sessions import told_until
from bookings.models import Booking
from desk.items import Action
from desk.links import book_url, booking_url, machine_url
from desk.path import Step
from desk.states import State
from desk.when import moment_words
from equipment.eligibility import Facts, missing
from equipment.models import Machine
from equipment.words import Told, tell
from members.models import Member
from training.words.inductions import UNCERTIFIED

# Nothing is wrong with the member; it is only not yet their turn.
WAIT = (
    "too-early",
    "booked-by-other",
    "in-use",
    "left-on",
    "machine-finishing",
    "interlock-revoked",
    "trainee-first",
    "class-not-begun",
)
TIMING = (*WAIT, "not-booked", "time-up", "taken", "closed", "outside-hours", "closes-before")


@dataclass(frozen=True, slots=True)
class Verdict:
    """As templates/_verdict.html shows it; kind is yes, wait or no."""

    kind: str
    lead: str
    title: str
    text: str = ""
    refusals: list[Told] = field(default_factory=list)


def verdict_of(machine: Machine, member: Member, now: datetime) -> Verdict:
    zone = machine.space.tz
    decision = would_answer(member=member, machine=machine, now=now)
    if isinstance(decision, Grant):
        return _granted(machine, decision, now, zone)
    return _denied(machine, decision, zone)


def _granted(machine: Machine, grant: Grant, now: datetime, zone: tzinfo) -> Verdict:
    until = moment_words(told_until(grant, now), now, zone)
    named = {"machine": machine.name, "until": until}
    if machine.has_interlock:
        return Verdict(
            kind="yes",
            lead=_("If you tap now, it unlocks"),
            title=_("%(machine)s is yours until %(until)s.") % named,
            text=_("Tap your badge at the reader, then press start on the machine."),
        )
    return Verdict(
        kind="yes",
        lead=_("You may start now"),
        title=_("%(machine)s is yours until %(until)s.") % named,
        text=_("It has no reader: start it here, so that others see it is in use."),
    )


def _denied(machine: Machine, denial: Denial, zone: tzinfo) -> Verdict:
    told = [tell(reason, zone) for reason in denial.reasons]
    waits = denial.awaits_another() or all(reason.code in WAIT for reason in denial.reasons)
    return Verdict(
        kind="wait" if waits else "no",
        lead=_lead(machine, denial, waits),
        title=told[0].text,
        text=_also(told[1:]) or _in_order(machine, denial),
        refusals=[_remedy_only(one, machine) for one in told],
    )


def led_on(verdict: Verdict, path: Iterable[Step]) -> Verdict:
    """Where a certification is lacking, what to do is the next step of the way to it."""
    step = next((step for step in path if step.css == "next" and step.leads), None)
    if step is None:
        return verdict
    told = f"{step.title}. {step.text}"
    refusals = [
        Told(one.code, told, "", step.url_label, step.url) if one.code in UNCERTIFIED else one
        for one in verdict.refusals
    ]
    return replace(verdict, refusals=refusals)


def _lead(machine: Machine, denial: Denial, waits: bool) -> str:
    if denial.awaits_another():
        return _("If you tap now, it waits for somebody else's tap")
    if not machine.has_interlock:
        return _("Not yet your turn") if waits else _("You may not start now")
    if waits:
        return _("If you tap now, it is too early")
    return _("If you tap now, you will be refused")


def _also(told: list[Told]) -> str:
    return " ".join(one.text for one in told)


def _in_order(machine: Machine, denial: Denial) -> str:
    """Where only the time is not right, the rest is, and that is worth a sentence."""
    if any(reason.code not in TIMING for reason in denial.reasons):
        return ""
    if machine.tool_class.requires is None:
        return _("Everything else is in order: your membership.")
    return _("Everything else is in order: your membership, your certification.")


def _remedy_only(told: Told, machine: Machine) -> Told:
    """The title has said what is the matter; below it stands what to do.

    Words that lead to the machine's page are read on it here, and so lead on to the booking form.
    """
    here = machine_url(machine.slug)
    url = book_url(machine.slug) if told.remedy_url == here else told.remedy_url
    return Told(told.code, told.remedy, "", told.remedy_label, url)


def actions_of(
    machine: Machine, state: State, member: Member, facts: Facts, now: datetime
) -> list[Action]:
    """Buttons of a machine that nobody taps at: check in, start, finish."""
    if machine.has_interlock:
        return []
    claim = state.booking
    if claim is not None and claim.member_id == member.pk:
        return _own(claim)
    if state.is_free and machine.tool_class.walk_up and not missing(facts, now):
        start = reverse("bookings:walk_up", args=[machine.slug])
        return [Action(_("Start now"), start, icon="play", post=True, primary=True)]
    return []


def _own(claim: Booking) -> list[Action]:
    if claim.state == Booking.State.RUNNING:
        finish = booking_url("finish", claim.public_id)
        extend = booking_url("extend", claim.public_id)
        return [
            Action(
                _("Finish and give the rest back"), finish, icon="check", post=True, primary=True
            ),
            Action(_("Extend"), extend, icon="clock"),
        ]
    if claim.state == Booking.State.CONFIRMED:
        check_in = booking_url("check_in", claim.public_id)
        return [Action(_("Check in"), check_in, icon="check", post=True, primary=True)]
    return []
