"""What a member still needs, told by the one judge; this file adds words and order, no rule."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from desk.ways import short_words, way_words
from desk.when import full_day
from equipment.eligibility import Facts, Requirement, Span, missing
from equipment.ladder import Need
from equipment.models import Level, Machine, ToolClass
from equipment.reason import Reason
from equipment.words import Told, tell
from members.models import Member
from members.services.signing import needs_guardian, unsigned
from training.ladders import read_ladder
from training.ways import Ladder, Way, ways

PERSONAL = (
    "account-closed",
    "no-membership",
    "membership-not-begun",
    "membership-ended",
    "membership-paused",
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
    leads: bool = False  # to one test or one session, and not to a list


@dataclass(frozen=True, slots=True)
class Gap:
    """One tool class a member may not use yet, and what to do about it."""

    icon: str
    title: str
    text: str
    remedy: str
    url: str = ""


def path_to(member: Member, machine: Machine, facts: Facts, now: datetime) -> list[Step]:
    """What is left in order: member, papers, each certification, badge; then at work.

    What lies behind shows as done. Queries: two where nothing is lacking, else eleven at most.
    """
    zone = machine.space.tz
    told = {reason.code: tell(reason, zone) for reason in missing(facts, now)}
    personal = [told[code] for code in PERSONAL if code in told]
    certified = [words for code, words in told.items() if code not in PERSONAL + MACHINE]
    steps = [_stage(_("Member"), _membership(facts, now, zone), personal)]
    if personal or certified:
        steps += _papers(member, now)
    if facts.requirement is not None:
        steps += _certifying(member, facts, facts.requirement, certified, now, zone)
    if machine.has_interlock:
        steps += _badge(member)
    steps.append(Step("", *_at_work(machine)))
    return _with_next(steps)


def gaps_of(
    member: Member,
    machines: Iterable[Machine],
    facts: dict[int, Facts],
    now: datetime,
    zone: tzinfo,
) -> list[Gap]:
    """One entry per tool class whose certification is lacking, each with its next step.

    Personal reasons are told apart. Eight queries where something is lacking, else none.
    """
    lacking: dict[int, tuple[ToolClass, Reason, Requirement]] = {}
    for machine in machines:
        one = facts[machine.pk]
        reasons = [reason for reason in missing(one, now) if reason.code not in PERSONAL + MACHINE]
        if reasons and one.requirement is not None:
            found = machine.tool_class, reasons[0], one.requirement
            lacking.setdefault(machine.tool_class_id, found)
    if not lacking:
        return []
    known = read_ladder(member, now)
    return [_gap(*found, known, now, zone) for found in lacking.values()]


def is_barred(facts: Facts, now: datetime) -> bool:
    """Whether something about the person, not the machine, is in the way."""
    return any(reason.code not in MACHINE for reason in missing(facts, now))


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


def _papers(member: Member, now: datetime) -> list[Step]:
    """What is to be signed, where something is."""
    left = unsigned(member)
    if not left:
        return []
    title, text = _("Read and sign waiver and house rules"), _("A few minutes, here or on paper.")
    if any(needs_guardian(member, version.document, now) for version in left):
        text = _("Your guardian signs for you, on their own page or on paper.")
    return [Step("", title, text, reverse("desk:signing"), _("Read and sign"))]


def _certifying(
    member: Member,
    facts: Facts,
    need: Requirement,
    told: list[Told],
    now: datetime,
    zone: tzinfo,
) -> list[Step]:
    """One stage that is done, or every step that is left; the last one says what is the matter."""
    if not told:
        return [Step("done", need.name, _certification(facts, now, zone))]
    *before, last = ways(read_ladder(member, now), Need(need.slug, need.level)) or [None]
    steps = [_way(way, now, zone) for way in before if way is not None]
    if last is None:
        return [*steps, _stage(need.name, "", told)]
    step = _way(last, now, zone)
    text = f"{told[-1].text} {step.text if last.session else told[-1].remedy}"
    return [*steps, replace(step, title=need.name if not before else step.title, text=text)]


def _way(way: Way, now: datetime, zone: tzinfo) -> Step:
    words = way_words(way, now, zone)
    leads = way.session is not None or way.exam is not None
    return Step("", words.title, words.text, words.url, words.label, leads)


def _badge(member: Member) -> list[Step]:
    """What opens the machine, where the member has none."""
    if member.badges.filter(revoked_at=None).exists():
        return []
    return [Step("", _("Pick up a badge"), _("Staff at the desk give you one."))]


def _with_next(steps: list[Step]) -> list[Step]:
    """The first stage that is not done is the next one."""
    for place, step in enumerate(steps):
        if step.css != "done":
            return [*steps[:place], replace(step, css="next"), *steps[place + 1 :]]
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


def _gap(
    tool_class: ToolClass,
    reason: Reason,
    need: Requirement,
    known: Ladder,
    now: datetime,
    zone: tzinfo,
) -> Gap:
    """What is the matter, and the first of the steps that are left with where it is taken."""
    told = tell(reason, zone)
    icon = "school" if reason.code in ("not-certified", "level-too-low") else "warn"
    left = ways(known, Need(need.slug, need.level))
    if not left or (left[0].session is None and left[0].exam is None):
        return Gap(icon, tool_class.name, told.text, told.remedy, told.remedy_url)
    first = way_words(left[0], now, zone)
    then = ", ".join(short_words(way, now, zone) for way in left[1:])
    text = " ".join([told.text, _("After that: %s.") % then]) if then else told.text
    return Gap(icon, tool_class.name, text, first.label, first.url)
