"""Guests: whom a member brings along and answers for. Counted by the month; opens no machine."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from members.models import Guest, Hold, Member, Space
from members.services.changes import record
from members.services.memberships import MembershipError, lock_member
from members.standing import running, state_of
from members.terms import SERVED, day_begins, months_later

# The longest visit: no evening at the bench lasts so long, and who comes again at the same hour of
# the next day comes anew.
STAYS = timedelta(hours=16)


@transaction.atomic
def sign_in_guest(*, host: Member, space: Space, name: str, by: Member, now: datetime) -> Guest:
    """One visit more this month. Who is in already is not counted twice. Raises MembershipError."""
    lock_member(host)
    if there := guests_in(space, now).filter(host=host, name__iexact=name).first():
        return there
    if why_not := why_no_guest(host, space, now):
        raise MembershipError(why_not)
    guest = Guest.objects.create(host=host, space=space, name=name, came_at=now, entered_by=by)
    _log("sign_in_guest", guest, by, now)
    return guest


def why_no_guest(host: Member, space: Space, now: datetime) -> str:
    """What stands in the way of one more, in words; empty where nothing does."""
    membership = running(host, now)
    if membership is None or state_of(host, now) not in SERVED:
        return _("Only members bring guests, while their membership runs.")
    if Hold.objects.filter(member=host).standing(now).exists():
        return _("A hold stands in the way. What lifts it stands on your page.")
    most = membership.plan.guests_a_month
    if not most:
        return _("This plan brings no guests. Staff show people around.")
    if visits(host, space, now) >= most:
        return _("All %s visits of this month are used. More begin with the next month.") % most
    return ""


def visits(host: Member, space: Space, now: datetime) -> int:
    """How many of this calendar month, by the clock of the space."""
    first = now.astimezone(space.tz).date().replace(day=1)
    since, until = _begins(first, space), _begins(months_later(first, 1), space)
    return Guest.objects.filter(host=host, came_at__gte=since, came_at__lt=until).count()


def guests_in(space: Space, now: datetime) -> QuerySet[Guest]:
    """Who is in, in the order in which they came."""
    return still_in(now).filter(space=space).select_related("host").order_by("came_at")


def still_in(now: datetime) -> QuerySet[Guest]:
    """Who came and has not left, over midnight too; after STAYS somebody forgot to say so."""
    return Guest.objects.filter(left_at=None, came_at__gt=now - STAYS, came_at__lte=now)


def _begins(day: date, space: Space) -> datetime:
    return day_begins(day, space.tz)


@transaction.atomic
def sign_out_guest(*, guest: Guest, by: Member, now: datetime) -> Guest:
    """They have left. Twice is once."""
    if Guest.objects.filter(pk=guest.pk, left_at=None).update(left_at=now):
        guest.left_at = now
        _log("sign_out_guest", guest, by, now)
    return guest


def _log(verb: str, guest: Guest, by: Member, now: datetime) -> None:
    after = {"name": guest.name, "space": guest.space.slug}
    record(actor=by, verb=verb, subject=guest, at=now, after=after, on_behalf_of=guest.host)
