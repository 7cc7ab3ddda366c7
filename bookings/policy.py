"""What a tool class asks of bookings, as plain sentences; judges nothing.

Every rule of bookings.rules has its sentence here; a test finds one that is left out.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings import rules
from bookings.models import PlanLimit, PolicyWindow, Question
from bookings.rules import changing, member, presence, quotas, slot
from equipment.models import Shared, ToolClass
from equipment.words import length
from members.models import Member, Membership

Measure, Period, Kind = PlanLimit.Measure, PlanLimit.Period, PolicyWindow.Kind


@dataclass(frozen=True, slots=True)
class Whole:
    """All there is to tell of one tool class; `plans` are those of the reader."""

    kind: ToolClass
    limits: Sequence[PlanLimit] = ()
    windows: Sequence[PolicyWindow] = ()
    questions: Sequence[Question] = ()
    shared: Sequence[Shared] = ()
    plans: Collection[int] = ()

    def limits_of(self, *measures: str) -> list[PlanLimit]:
        """The reader's own first, then everybody's, then those of other plans."""
        found = [limit for limit in self.limits if limit.measure in measures]
        return sorted(found, key=lambda one: (one.plan_id not in self.plans, one.plan_id or 0))

    def windows_of(self, kind: str) -> list[PolicyWindow]:
        return [window for window in self.windows if window.kind == kind]


def whole(kind: ToolClass, reader: Member | None = None, at: datetime | None = None) -> Whole:
    """Read it; five statements. With a time, `plans` are those the reader is on then."""
    on_plans: Iterable[int] = ()
    if reader is not None:
        mine = Membership.objects.filter(member=reader)
        mine = mine.current(at) if at is not None else mine
        on_plans = mine.values_list("plan_id", flat=True)
    limits = PlanLimit.objects.filter(Q(tool_class=kind) | Q(tool_class=None))
    return Whole(
        kind=kind,
        limits=list(limits.select_related("plan", "machine")),
        windows=list(kind.windows.select_related("plan")),
        questions=list(kind.questions.filter(retired_at=None)),
        shared=list(Shared.objects.filter(machines__tool_class=kind).distinct()),
        plans=set(on_plans),
    )


def sentences(
    kind: ToolClass, reader: Member | None = None, at: datetime | None = None
) -> list[str]:
    """What holds for a booking beyond what holds everywhere, in the order one meets it."""
    policy = whole(kind, reader, at)
    return [sentence for _rules, told in PARTICULAR for sentence in told(policy)]


def whole_sentences(policy: Whole) -> list[str]:
    """Those, and after them what holds for every kind."""
    return [sentence for _rules, told in (*PARTICULAR, *GENERAL) for sentence in told(policy)]


# --- of the kind ---------------------------------------------------------------------------------


def ahead(policy: ToolClass) -> str:
    days = policy.horizon_days
    horizon = (
        ngettext("Book up to %d day ahead", "Book up to %d days ahead", days) % days
        if days
        else _("Book for the same day only")
    )
    if policy.notice_minutes:
        notice = _("at least %s before you start") % length(policy.notice_minutes)
        return f"{horizon}, {notice}."
    return _("%s, until the moment you start.") % horizon


def lengths(policy: ToolClass) -> str:
    return _("From %(shortest)s to %(longest)s at a time, in steps of %(step)s.") % {
        "shortest": length(policy.shortest_minutes),
        "longest": length(policy.longest_minutes),
        "step": length(policy.step_minutes),
    }


def most_future(most: int) -> str:
    return (
        ngettext(
            "At most %d booking ahead of you on machines of this kind.",
            "At most %d bookings ahead of you on machines of this kind.",
            most,
        )
        % most
    )


def buffer(policy: ToolClass) -> str:
    kept = length(policy.buffer_minutes)
    return _("After each booking %s are kept free. Nobody can book those.") % kept


def _who(policy: Whole) -> list[str]:
    kind = policy.kind
    if kind.requires is None:
        return [_("For every member on a plan.")]
    told = _("For members on a plan who are certified “%(name)s”: %(level)s.")
    return [told % {"name": kind.requires, "level": kind.get_required_level_display()}]


def _ahead(policy: Whole) -> list[str]:
    if policy.kind.waitlist_only:
        return [_("Not booked ahead: start when a machine is free, or join the waitlist.")]
    return [ahead(policy.kind)]


def _lengths(policy: Whole) -> list[str]:
    return [lengths(policy.kind)]


def _starts(policy: Whole) -> list[str]:
    times = [f"{at:%H:%M}" for at in policy.kind.start_times]
    return [_("Bookings start at %s only.") % ", ".join(times)] if times else []


def _most_future(policy: Whole) -> list[str]:
    most = policy.kind.most_future
    return [] if most is None else [most_future(most)]


def _most_per_day(policy: Whole) -> list[str]:
    most = policy.kind.most_per_day
    if most is None:
        return []
    told = ngettext(
        "At most %d booking of yours starts on one day.",
        "At most %d bookings of yours start on one day.",
        most,
    )
    return [told % most]


def _buffer(policy: Whole) -> list[str]:
    return [buffer(policy.kind)] if policy.kind.buffer_minutes else []


def _gap(policy: Whole) -> list[str]:
    kept = policy.kind.gap_minutes
    return [_("Between two bookings of yours lie at least %s.") % length(kept)] if kept else []


def _overnight(policy: Whole) -> list[str]:
    return [] if policy.kind.overnight else [_("No booking goes past midnight.")]


def _hours(policy: Whole) -> list[str]:
    if policy.kind.unattended:
        return [_("Begin while the space is open; the job may run on when it is closed.")]
    return [_("Only while the space is open.")]


def _staffed(policy: Whole) -> list[str]:
    return [_("Only while staff are there.")] if policy.kind.staffed_only else []


def _windows(policy: Whole) -> list[str]:
    """Hours in which the policy is another."""
    kept = _("%(hours)s: kept for members on the plan %(plan)s.")
    peak = _("%(hours)s: an hour counts as %(length)s in limits of time.")
    free = _("%(hours)s: lengths, notice, days ahead and quotas do not apply to what lies within.")
    told = {Kind.KEPT: kept, Kind.PEAK: peak, Kind.FREE: free}
    return [
        told[Kind(window.kind)]
        % {
            "hours": window,
            "length": length(60 * window.percent // 100),
            "plan": window.plan or "",
        }
        for kind in told
        for window in policy.windows_of(kind)
    ]


def _last_minute(policy: Whole) -> list[str]:
    minutes = policy.kind.last_minute_minutes
    if minutes is None:
        return []
    told = _("What starts within %s counts in no quota, and none stands in its way.")
    return [told % length(minutes)]


def _moving(policy: Whole) -> list[str]:
    minutes = policy.kind.move_notice_minutes
    told = _("Move it at least %s before it starts; later it stays as it is, or is cancelled.")
    return [told % length(minutes)] if minutes else []


def _cancelling(policy: Whole) -> list[str]:
    minutes = policy.kind.cancel_notice_minutes
    if not minutes:
        return [_("Cancel until it starts; once it has begun, finish it to give the rest back.")]
    told = _(
        "Cancel whenever you like. Later than %s before the start, it is marked as late and "
        "counts in quotas, as a missed one does."
    )
    return [told % length(minutes)]


def _walking_up(policy: Whole) -> list[str]:
    if not policy.kind.walk_up:
        return []
    told = _("Nobody there and not booked? Start without a booking, for up to %s.")
    return [told % length(policy.kind.walk_up_minutes)]


def _missing(policy: Whole) -> list[str]:
    minutes = policy.kind.no_show_minutes
    told = _("Not begun %s after the start, its time goes to others, and it counts as missed.")
    return [] if minutes is None else [told % length(minutes)]


def _approval(policy: Whole) -> list[str]:
    told = []
    if policy.kind.approval_above_minutes is not None:
        longer = length(policy.kind.approval_above_minutes)
        told.append(_("Staff approve bookings longer than %s.") % longer)
    if policy.kind.approval_first:
        told.append(_("Staff approve your first booking of this kind."))
    return told


def _questions(policy: Whole) -> list[str]:
    required = [question.text for question in policy.questions if question.required]
    return [_("To answer when booking: %s") % " ".join(required)] if required else []


def _shared(policy: Whole) -> list[str]:
    told = _("%(name)s is shared: at most %(count)s of its machines at the same time.")
    return [told % {"name": one.name, "count": one.capacity} for one in policy.shared]


# --- what is not asked of a booking, and holds for the kind all the same ------------------------


def _beginning(policy: Whole) -> list[str]:
    minutes = policy.kind.early_start_minutes
    told = _("Begin up to %s before the start, if nobody else has it then.")
    return [told % length(minutes)] if minutes else []


def _running_on(policy: Whole) -> list[str]:
    minutes = policy.kind.overrun_minutes
    told = _("Go on for up to %s after the end, until somebody else's booking begins.")
    return [told % length(minutes)] if minutes else []


def _finishing(policy: Whole) -> list[str]:
    finishes = policy.kind.finish_seconds > 0
    return [_("A job that runs when the time is up may finish.")] if finishes else []


def _at_the_reader(policy: Whole) -> list[str]:
    kind, told = policy.kind, []
    if kind.least_credential == ToolClass.Credential.PIN:
        told.append(_("It unlocks by your badge and your PIN."))
    if kind.two_person:
        told.append(
            _("It unlocks for two who may both use it: one taps, the other within 30 seconds.")
        )
    if kind.supervised and kind.requires_id is not None:
        told.append(
            _("Certified to work under supervision? Tap, then somebody who may certify taps.")
        )
    return told


def _waiting(policy: Whole) -> list[str]:
    told = _(
        "Time that comes free is offered to whoever waits for it, for up to %s each, in the order "
        "in which they asked."
    )
    if policy.kind.fair_share:
        told = _(
            "Time that comes free is offered to whoever waits for it, for up to %s each; first to "
            "who used the kind least in the last 30 days."
        )
    return [told % length(policy.kind.offer_minutes)]


# --- limits --------------------------------------------------------------------------------------


def _limits(policy: Whole) -> list[str]:
    measures = (Measure.BOOKINGS, Measure.MINUTES, Measure.AT_ONCE, Measure.LONGEST)
    return [limit_sentence(limit) for limit in policy.limits_of(*measures, Measure.HORIZON)]


def limit_sentence(limit: PlanLimit) -> str:
    """One limit, in whole."""
    who = _("On the plan %s") % limit.plan if limit.plan else _("For everybody")
    parts = [_amount(limit), _where(limit), _between(limit.opens, limit.closes)]
    if limit.period and limit.period != Period.AHEAD and not limit.counts_past:
        parts.append(_("without what is over"))
    return f"{who}: {', '.join(part for part in parts if part)}."


def _amount(limit: PlanLimit) -> str:
    if limit.measure == Measure.BOOKINGS and not limit.amount:
        return _("no bookings")
    if limit.measure == Measure.HORIZON:
        days = ngettext("%d day ahead at most", "%d days ahead at most", limit.amount)
        return days % limit.amount if limit.amount else _("today only")
    if limit.measure == Measure.LONGEST:
        return _("%s at a time at most") % length(limit.amount)
    if limit.measure == Measure.AT_ONCE:
        machines = ngettext(
            "at most %d machine at the same time",
            "at most %d machines at the same time",
            limit.amount,
        )
        return machines % limit.amount
    if limit.measure == Measure.MINUTES:
        return _by_period(limit.period) % length(limit.amount)
    count = ngettext("%d booking", "%d bookings", limit.amount) % limit.amount
    return _by_period(limit.period) % count


def _by_period(period: str) -> str:
    return {
        Period.DAY: _("at most %s a day"),
        Period.WEEK: _("at most %s a week"),
        Period.MONTH: _("at most %s a month"),
        Period.YEAR: _("at most %s a year"),
        Period.AHEAD: _("at most %s ahead of you"),
    }[Period(period)]


def _where(limit: PlanLimit) -> str:
    if limit.machine:
        return _("on %s") % limit.machine
    return "" if limit.tool_class_id else _("on all machines together")


def _between(opens: time | None, closes: time | None) -> str:
    if opens is None or closes is None:
        return ""
    return _("between %(opens)s and %(closes)s") % {
        "opens": f"{opens:%H:%M}",
        "closes": f"{closes:%H:%M}",
    }


# --- everywhere ----------------------------------------------------------------------------------


def _everywhere(_policy: Whole) -> list[str]:
    return [
        _("Members book when they are signed in; who may use the machine is asked of every moment "
          "of the booking."),
        _("A booking starts from now on, and ends after it starts."),
        _("Nobody books what somebody else has, nor the time kept free after it."),
        _("While the space or the machine is closed, nothing is booked."),
    ]  # fmt: skip


Rule = rules.MemberRule | rules.SlotRule | rules.MoveRule
Telling = tuple[tuple[Rule, ...], Callable[[Whole], list[str]]]

# Which rules each sentence is about, in the order one meets them.
PARTICULAR: tuple[Telling, ...] = (
    ((), _who),
    (
        (
            quotas.plan_books_kind,
            quotas.within_bookings,
            quotas.within_minutes,
            quotas.within_at_once,
        ),
        _limits,
    ),
    ((slot.soon_enough, slot.with_notice, slot.booked_ahead), _ahead),
    (
        (slot.long_enough, slot.short_enough, slot.even, slot.aligned, changing.adds_whole_steps),
        _lengths,
    ),
    ((slot.at_start_time,), _starts),
    ((member.within_most_future,), _most_future),
    ((quotas.within_most_per_day,), _most_per_day),
    ((slot.apart_from_own,), _gap),
    ((slot.untaken,), _buffer),
    ((slot.share_free,), _shared),
    ((presence.open_then,), _hours),
    ((presence.staffed_then,), _staffed),
    ((presence.not_overnight,), _overnight),
    ((presence.not_kept,), _windows),
    ((), _last_minute),
    ((changing.in_time_to_move,), _moving),
    ((), _cancelling),
    ((), _missing),
    ((slot.free_now,), _walking_up),
    ((), _approval),
    ((slot.answered,), _questions),
)
GENERAL: tuple[Telling, ...] = (
    ((), _beginning),
    ((), _running_on),
    ((), _finishing),
    ((), _at_the_reader),
    ((), _waiting),
    (
        (
            member.signed_in,
            slot.ends_after_start,
            slot.not_past,
            slot.untaken,
            slot.free_now,
            presence.space_not_closed,
            presence.machine_not_closed,
        ),
        _everywhere,
    ),
)
