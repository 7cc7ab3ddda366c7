"""A membership as pages tell it: where somebody stands, what they may do about it, what was."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from desk.when import full_day
from members import terms
from members.models import DayPass, DocumentVersion, Member, Membership, Pause, Plan
from members.permissions import is_staff
from members.services.memberships import MembershipError, following, may_renew
from members.standing import home_zone, rest_of, term_of
from members.terms import State
from members.zones import last_day

# By state: kind and icon of a pill, and its word.
PILLS = {
    State.NONE: ("", "none", gettext_lazy("No plan")),
    State.NOT_BEGUN: ("", "clock", gettext_lazy("To come")),
    State.TRIAL: ("you", "check", gettext_lazy("Trial")),
    State.ACTIVE: ("running", "check", gettext_lazy("Active")),
    State.PAUSED: ("grace", "clock", gettext_lazy("Rests")),
    State.OVERDUE: ("grace", "warn", gettext_lazy("Overdue")),
    State.LAPSED: ("fault", "x", gettext_lazy("Lapsed")),
    State.ENDED: ("", "x", gettext_lazy("Ended")),
}


@dataclass(frozen=True, slots=True)
class Way:
    """A page on which something can be done; `is_post`: asked at once what it would do."""

    url: str
    label: str
    css: str = ""
    is_post: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One stretch of the past or to come."""

    title: str
    text: str
    note: str
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands, in a pill and a sentence, and what `reader` may do about it."""

    pill: tuple[str, str, str]
    sentence: str
    ways: tuple[Way, ...]
    lines: tuple[Line, ...]
    passes: str
    use: str  # where a pass is used; "" where there is none
    plan: Plan | None


def standing_of(person: Member, reader: Member, now: datetime) -> Standing:
    """In six queries, and one or two more where something can be done."""
    zone = home_zone(person)
    rows = list(person.memberships.select_related("plan", "day_pass").order_by("-starts"))
    pauses = list(Pause.objects.filter(member=person).order_by("-starts"))
    rests = [rest_of(pause) for pause in pauses if pause.called_off_at is None]
    state = terms.state([term_of(row) for row in rows], rests, now)
    row = _the_one(rows, now)
    kind, icon, word = PILLS[state]
    unused = DayPass.objects.filter(member=person, used_at=None).order_by("expires", "pk")
    held = [one for one in unused if one.expires is None or one.expires > now]
    return Standing(
        pill=(kind, icon, str(word)),
        sentence=_sentence(state, row, rests, now, zone),
        ways=tuple(_ways(row, pauses, reader, now)) if row else (),
        lines=tuple(_lines(rows, pauses, now, zone)),
        passes=_passes(len(held)),
        use=reverse("desk:day_pass_use", args=[held[0].pk]) if held else "",
        plan=row.plan if row else None,
    )


def _the_one(rows: list[Membership], now: datetime) -> Membership | None:
    """What the page is about: what runs, else what comes next, else what was last."""
    at = [row for row in rows if term_of(row).covers(now)]
    ahead = [row for row in rows if row.starts > now]
    by_weight = sorted(at, key=lambda row: row.plan.kind == Plan.Kind.DAY)
    return next(iter([*by_weight, *reversed(ahead), *rows]), None)


# --- where one stands ----------------------------------------------------------------------------


def _sentence(
    state: State, row: Membership | None, rests: list[terms.Rest], now: datetime, zone: tzinfo
) -> str:
    if row is None:
        return _("On no plan yet, so no machine unlocks.")
    told = {
        "plan": row.plan.name,
        "first": full_day(row.starts.astimezone(zone).date()),
        "due": _last(row.due or row.until, zone),
        "last": _last(row.until, zone),
        "rest": _last(next((r.until for r in rests if r.starts <= now < r.until), None), zone),
    }
    return str(SENTENCES[state if row.until or state not in OPEN_ENDED else State.NONE]) % told


OPEN_ENDED = (State.ACTIVE, State.TRIAL)
SENTENCES = {
    State.NONE: gettext_lazy("On %(plan)s since %(first)s, without an end."),
    State.NOT_BEGUN: gettext_lazy("%(plan)s begins on %(first)s. Until then no machine unlocks."),
    State.TRIAL: gettext_lazy("On trial: %(plan)s, to the end of %(due)s."),
    State.ACTIVE: gettext_lazy("On %(plan)s, paid up to the end of %(due)s."),
    State.PAUSED: gettext_lazy("%(plan)s rests to the end of %(rest)s. No machine unlocks."),
    State.OVERDUE: gettext_lazy(
        "The term of %(plan)s ran out with %(due)s. Machines unlock to the end of %(last)s."
    ),
    State.LAPSED: gettext_lazy("%(plan)s lapsed after %(last)s. No machine unlocks."),
    State.ENDED: gettext_lazy("%(plan)s was ended with %(last)s. No machine unlocks."),
}


def _last(until: datetime | None, zone: tzinfo) -> str:
    return full_day(last_day(until, zone)) if until else ""


# --- what can be done ----------------------------------------------------------------------------


def _ways(row: Membership, pauses: list[Pause], reader: Member, now: datetime) -> list[Way]:
    """What fits where it stands; the services say no to the rest."""
    found = []
    if allowed(lambda: may_renew(row, reader, now)):
        css = "primary" if row.due and row.due <= now else ""
        found.append(Way(reverse("desk:membership_renew", args=[row.pk]), _("Renew"), css, True))
    if (rest := _open_pause(pauses, now)) is not None:
        label = _("Go on now") if rest.starts <= now else _("Call the pause off")
        found.append(Way(reverse("desk:pause_end", args=[rest.pk]), label, is_post=True))
    elif row.plan.pause_days and _runs(row, now) and not term_of(row).is_overdue(now):
        found.append(Way(reverse("desk:membership_pause", args=[row.pk]), _("Let it rest")))
    after = following(row)
    if after is not None and after.starts > now:
        label = _("Take the change back")
        back = reverse("desk:membership_take_back", args=[after.pk])
        found.append(Way(back, label, is_post=True))
    elif row.starts > now:
        back = reverse("desk:membership_take_back", args=[row.pk])
        found.append(Way(back, _("Take it back"), "danger", True))
    elif _runs(row, now) and row.ended_at is None and row.plan.kind != Plan.Kind.DAY:
        if plans_for(row, reader).exists():
            change = reverse("desk:membership_change", args=[row.pk])
            found.append(Way(change, _("Change the plan")))
        found.append(Way(reverse("desk:membership_end", args=[row.pk]), _("End it"), "danger"))
    return found


def allowed(check: Callable[[], None]) -> bool:
    try:
        check()
    except MembershipError:
        return False
    return True


def _runs(row: Membership, now: datetime) -> bool:
    return term_of(row).covers(now)


def _open_pause(pauses: list[Pause], now: datetime) -> Pause | None:
    """The one that rests now, else the next one."""
    ahead = [pause for pause in pauses if pause.called_off_at is None and pause.until > now]
    return min(ahead, key=lambda pause: pause.starts, default=None)


def plans_for(row: Membership, reader: Member) -> QuerySet[Plan]:
    """What it may be changed to, by its own member or by staff."""
    plans = Plan.objects.filter(retired_at=None, kind=Plan.Kind.REGULAR).exclude(pk=row.plan_id)
    if reader.pk == row.member_id or not is_staff(reader):
        plans = plans.exclude(joining=Plan.Joining.STAFF)
    return plans


# --- what was, and what comes --------------------------------------------------------------------


def _lines(rows: list[Membership], pauses: list[Pause], now: datetime, zone: tzinfo) -> list[Line]:
    told = [(row.starts, _term_line(row, now, zone)) for row in rows]
    told += [(pause.starts, _pause_line(pause, zone)) for pause in pauses]
    return [line for _starts, line in sorted(told, key=lambda each: each[0], reverse=True)]


def _term_line(row: Membership, now: datetime, zone: tzinfo) -> Line:
    first = full_day(row.starts.astimezone(zone).date())
    if row.plan.kind == Plan.Kind.DAY:
        return Line(row.plan.name, first, _("single day"), _unused(row, now))
    text = _("since %s, without an end") % first
    if row.until is not None:
        text = _("%(starts)s to %(last)s") % {"starts": first, "last": _last(row.until, zone)}
    return Line(row.plan.name, text, row.ended_why)


def _unused(row: Membership, now: datetime) -> tuple[Way, ...]:
    day_pass: DayPass | None = getattr(row, "day_pass", None)  # came with the row
    if day_pass is None or row.starts <= now:
        return ()
    back = reverse("desk:day_take_back", args=[day_pass.pk])
    return (Way(back, _("Not that day"), is_post=True),)


def _pause_line(pause: Pause, zone: tzinfo) -> Line:
    first = full_day(pause.starts.astimezone(zone).date())
    text = _("%(starts)s to %(last)s") % {"starts": first, "last": _last(pause.until, zone)}
    note = _("called off") if pause.called_off_at else pause.why
    return Line(_("Pause"), text, note)


def _passes(count: int) -> str:
    if not count:
        return ""
    return ngettext("%s day pass is left.", "%s day passes are left.", count) % count


# --- what an act would do ------------------------------------------------------------------------


def ended_words(row: Any, now: datetime) -> list[str]:
    zone = home_zone(row.member)
    told = {"plan": row.plan.name, "last": _last(row.until, zone)}
    if row.until <= now:
        return [_("%(plan)s ends now. No machine unlocks from then on.") % told]
    return [_("%(plan)s ends with %(last)s. No machine unlocks after that.") % told]


def paused_words(pause: Any, now: datetime) -> list[str]:
    zone = home_zone(pause.member)
    days = terms.pushed_by(rest_of(pause), zone)
    told = {
        "first": full_day(pause.starts.astimezone(zone).date()),
        "last": _last(pause.until, zone),
        "days": days,
        "due": _last(pause.membership.due or pause.membership.until, zone),
    }
    words = [_("From %(first)s to %(last)s no machine unlocks: %(days)s days.") % told]
    if told["due"]:
        words.append(_("The term ends as many days later: with %(due)s.") % told)
    return words


def went_on_words(pause: Any, now: datetime) -> list[str]:
    zone = home_zone(pause.member)
    row = Membership.objects.get(pk=pause.membership_id)
    words = [_("Machines unlock again, as certifications allow.")]
    if ends := _last(row.due or row.until, zone):
        words.append(_("The term then ends with %s: days that do not rest come back.") % ends)
    return words


def changed_words(row: Any, now: datetime) -> list[str]:
    zone = home_zone(row.member)
    told = {
        "plan": row.plan.name,
        "first": full_day(row.starts.astimezone(zone).date()),
        "due": _last(row.due or row.until, zone),
    }
    words = [_("%(plan)s begins on %(first)s, in place of the plan there is.") % told]
    if told["due"]:
        words.append(_("Its first term runs to the end of %(due)s.") % told)
    return [*words, _("Bookings stay, whatever the new plan would let one book anew.")]


def renewed_words(row: Any, now: datetime) -> list[str]:
    zone = home_zone(row.member)
    told = {"plan": row.plan.name, "due": _last(row.due or row.until, zone)}
    return [_("%(plan)s runs to the end of %(due)s then.") % told]


def taken_back_words(_nothing: Any, now: datetime) -> list[str]:
    return [_("What was before goes on, and ends as it would have.")]


def day_words(row: Any, now: datetime) -> list[str]:
    day = full_day(row.starts.astimezone(home_zone(row.member)).date())
    return [_("A member on %s, from midnight to midnight.") % day]


def unused_words(_pass: Any, now: datetime) -> list[str]:
    return [_("The pass is unused again, for another day.")]


def held_words(_hold: Any, now: datetime) -> list[str]:
    return [_("No machine unlocks until it is lifted or over. What runs, stops.")]


def guardian_words(noted: tuple[Member, Sequence[DocumentVersion]], now: datetime) -> list[str]:
    """Who signs from here on, and what that person is asked for now."""
    person, unsigned = noted
    if not person.is_minor(now):
        return [_("They sign for themselves.")]
    if person.guardian is None:
        first = _("A guardian signs for them, on paper, until you note who that is.")
    else:
        first = _("%s signs for them.") % person.guardian.name
    left = [version.document.name for version in unsigned]
    if not left:
        return [first, _("Nothing is left to sign.")]
    asked = _("What they signed alone counts no more. Still to sign, before machines unlock: %s.")
    return [first, asked % ", ".join(left)]
