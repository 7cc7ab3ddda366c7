"""Where members stand, read from their rows; what it means is members.terms' to say."""

from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from members import terms
from members.models import Member, Membership, Pause, Plan
from members.terms import Rest, State, Term
from members.zones import zone_of


def term_of(row: Membership) -> Term:
    """Comes with its plan, or costs a query."""
    return Term(
        starts=row.starts,
        until=row.until,
        due=row.due,
        is_trial=row.plan.kind == Plan.Kind.TRIAL,
        ended=row.ended_at is not None,
    )


def rest_of(row: Pause) -> Rest:
    return Rest(row.starts, row.until)


def rests_of(member: Member) -> list[Rest]:
    """The pauses that count, over or not."""
    rows = Pause.objects.filter(member=member, called_off_at=None)
    return [Rest(*row) for row in rows.values_list("starts", "until")]


def state_of(member: Member, now: datetime) -> State:
    """In two queries."""
    rows = member.memberships.select_related("plan")
    return terms.state([term_of(row) for row in rows], rests_of(member), now)


def running(member: Member, at: datetime) -> Membership | None:
    """The membership that counts at `at`: of a term rather than of a day, the last to end."""
    rows = list(member.memberships.current(at).select_related("plan"))
    return max(rows, key=_weight, default=None)


def _weight(row: Membership) -> tuple[bool, bool, datetime]:
    return (row.plan.kind != Plan.Kind.DAY, row.until is None, row.until or row.starts)


def last_of(member: Member) -> Membership | None:
    """The membership with a term that ends last, whether it runs or is long over."""
    rows = member.memberships.exclude(plan__kind=Plan.Kind.DAY).select_related("plan")
    return max(rows, key=_weight, default=None)


def home_zone(member: Member) -> tzinfo:
    """By whose midnight their days are counted."""
    zone: ZoneInfo = zone_of(member)
    return zone
