"""What a member still needs, told by the one judge; this file adds words and order, no rule."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from desk.when import full_day, moment_words
from equipment.eligibility import Facts, Span, missing
from equipment.models import Level, Machine, ToolClass
from equipment.words import Told, tell
from training.pages.inductions import next_giving

PERSONAL = (
    "account-closed",
    "no-membership",
    "membership-not-begun",
    "membership-ended",
    "on-hold",
)
MACHINE = ("locked-out", "retired")


@dataclass(frozen=True, slots=True)
class Step:
    """One stage towards a machine; `css` is done, next or empty, as in the timeline."""

    css: str
    title: str
    text: str
    url: str = ""
    url_label: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """One tool class a member may not use yet, and what to do about it."""

    icon: str
    title: str
    text: str
    remedy: str
    url: str = ""


def path_to(machine: Machine, facts: Facts, now: datetime, zone: tzinfo) -> list[Step]:
    """The stages to this machine: member, in good standing, certified, then at work."""
    told = {reason.code: tell(reason, zone) for reason in missing(facts, now)}
    personal = [told[code] for code in PERSONAL if code in told]
    certified = [words for code, words in told.items() if code not in PERSONAL + MACHINE]
    steps = [_stage(_("Member"), _membership(facts, now, zone), personal)]
    if facts.requirement is not None:
        stage = _stage(facts.requirement.name, _certification(facts, now, zone), certified)
        steps.append(_with_induction(stage, facts.requirement.slug, now, zone))
    steps.append(Step("", *_at_work(machine)))
    return _with_next(steps)


def gaps_of(
    machines: Iterable[Machine], facts: dict[int, Facts], now: datetime, zone: tzinfo
) -> list[Gap]:
    """One entry per tool class whose certification is lacking; personal reasons are told apart."""
    seen: dict[int, Gap | None] = {}
    for machine in machines:
        if machine.tool_class_id not in seen:
            seen[machine.tool_class_id] = _gap(machine.tool_class, facts[machine.pk], now, zone)
    return [gap for gap in seen.values() if gap is not None]


def lack_of(facts: Facts, now: datetime, zone: tzinfo) -> str:
    """The first thing the member lacks for one machine, in a sentence; "" where nothing."""
    reasons = [reason for reason in missing(facts, now) if reason.code not in MACHINE]
    return tell(reasons[0], zone).text if reasons else ""


def personal_reasons(facts: Iterable[Facts], now: datetime, zone: tzinfo) -> list[Told]:
    """What keeps a member from every machine alike; any one machine's facts tell."""
    for one in facts:
        return [tell(reason, zone) for reason in missing(one, now) if reason.code in PERSONAL]
    return []


def _stage(title: str, done: str, lacking: list[Told]) -> Step:
    if not lacking:
        return Step("done", title, done)
    first = lacking[0]
    return Step("", title, f"{first.text} {first.remedy}", first.remedy_url, first.remedy_label)


def _with_induction(step: Step, slug: str, now: datetime, zone: tzinfo) -> Step:
    """Where the certification is lacking: when the next induction gives it."""
    coming = next_giving(slug, now) if step.css != "done" else None
    if coming is None:
        return step
    when = _("Next induction: %s") % moment_words(coming.starts, now, zone)
    url = reverse("training:induction_detail", args=[coming.public_id])
    return replace(step, url=url, url_label=when)


def _with_next(steps: list[Step]) -> list[Step]:
    """The first stage that is not done is the next one."""
    for place, step in enumerate(steps):
        if step.css != "done":
            ahead = Step("next", step.title, step.text, step.url, step.url_label)
            return [*steps[:place], ahead, *steps[place + 1 :]]
    return steps


def _membership(facts: Facts, now: datetime, zone: tzinfo) -> str:
    return _ending(_latest(facts.memberships, now), zone, _("Your membership runs without an end."))


def _certification(facts: Facts, now: datetime, zone: tzinfo) -> str:
    valid = [held for held in facts.certifications if held.span.covers(now)]
    if not valid:
        return ""
    best = max(valid, key=lambda held: held.level)
    ends = _ending(_latest([best.span], now), zone, _("It does not expire."))
    return f"{capfirst(Level(best.level).label)}. {ends}"


def _latest(spans: Iterable[Span], now: datetime) -> datetime | None:
    """When the last of the spans that cover `now` ends; None where one of them does not."""
    untils = [span.until for span in spans if span.covers(now)]
    ending = [until for until in untils if until is not None]
    return max(ending) if ending and len(ending) == len(untils) else None


def _ending(until: datetime | None, zone: tzinfo, endless: str) -> str:
    if until is None:
        return endless
    return _("Valid until %s.") % full_day(until.astimezone(zone).date())


def _at_work(machine: Machine) -> tuple[str, str]:
    if not machine.has_interlock:
        return _("Book and start"), _("Book a time, or start it here when it is free.")
    if machine.tool_class.walk_up:
        return _("Book and tap"), _("Book a time and tap, or tap when it is free.")
    return _("Book and tap"), _("Book a time, then tap your badge: it unlocks.")


def _gap(tool_class: ToolClass, facts: Facts, now: datetime, zone: tzinfo) -> Gap | None:
    for reason in missing(facts, now):
        if reason.code not in PERSONAL + MACHINE:
            told = tell(reason, zone)
            icon = "school" if reason.code in ("not-certified", "level-too-low") else "warn"
            return Gap(icon, tool_class.name, told.text, told.remedy, told.remedy_url)
    return None
