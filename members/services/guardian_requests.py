"""A minor names who signs for them. Whether an address has an account is told to nobody.

The answer is the same whoever the address belongs to; a mail goes to it, or for a minor's address
and for one that was written to too often, none does. Staff see what is open.
"""

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.translation import gettext as _

from members.models import GuardianRequest, Member
from members.models.guardian import LASTS, mark_of
from members.services.changes import record
from members.services.errors import NotDone
from members.services.memberships import lock_member
from notices.services import post, take_back

State = GuardianRequest.State
DAY, WEEK = timedelta(days=1), timedelta(days=7)
MOST_A_DAY = 3  # by one minor
MOST_A_WEEK = 5  # mails to one address, from however many
BATCH = 50


class GuardianError(NotDone):
    """Nobody was named, or nobody answered."""


@transaction.atomic
def name_guardian(*, ward: Member, name: str, email: str, now: datetime) -> GuardianRequest:
    """Ask whoever reads `email` to sign for `ward`, in place of who was asked before.

    Raises GuardianError.
    """
    lock_member(ward)
    ward = Member.objects.get(pk=ward.pk)
    mark = mark_of(email)
    _may_name(ward, email, mark, now)
    withdraw_requests(ward=ward, now=now)
    asked = GuardianRequest.objects.create(
        ward=ward, name=name, email=email.strip().lower(), mark=mark, asked_at=now
    )
    record(actor=ward, verb="name_guardian", subject=asked, at=now, on_behalf_of=ward)
    if _may_be_told(email, mark, now):
        _tell(asked, now)
    return asked


def _may_name(ward: Member, email: str, mark: str, now: datetime) -> None:
    if not ward.is_minor(now):
        raise GuardianError(_("You sign for yourself. Nobody has to sign for you."))
    if ward.guardian_id is not None:
        raise GuardianError(_("Somebody signs for you already. Staff at the desk change it."))
    if _is_own(ward, email):
        raise GuardianError(_("That is your own address. Write that of your guardian."), "email")
    mine = ward.guardian_requests.all()
    if mine.filter(mark=mark, state=State.DECLINED).exists():
        raise GuardianError(_("They said no. Name somebody else, or tell staff."), "email")
    if mine.filter(asked_at__gt=now - DAY).count() >= MOST_A_DAY:
        words = _("You named %s people within a day. Go on tomorrow, or tell staff at the desk.")
        raise GuardianError(words % MOST_A_DAY)


def _is_own(ward: Member, email: str) -> bool:
    """Any address of theirs, and what mail servers deliver there as well (name+anything@)."""
    own = EmailAddress.objects.filter(user=ward).values_list("email", flat=True)
    return _plain(email) in {_plain(each) for each in [*own, ward.email or ""]}


def _plain(email: str) -> str:
    local, _at, domain = email.strip().lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _may_be_told(email: str, mark: str, now: datetime) -> bool:
    """No minor is asked, and no address too often. Whoever named it never knows."""
    of_a_minor = Member.objects.minors(now).filter(email__iexact=email.strip()).exists()
    told = GuardianRequest.objects.filter(mark=mark, told_at__gt=now - WEEK)
    return told.count() < MOST_A_WEEK and not of_a_minor


def _tell(asked: GuardianRequest, now: datetime) -> None:
    context = {"ward": asked.ward.name, "reader": asked.name, "token": str(asked.token)}
    post(
        to=asked.ward,
        address=asked.email,
        kind="guardian-asked",
        key=asked.key,
        context=context,
        at=now,
    )
    asked.told_at = now
    asked.save(update_fields=["told_at"])


@transaction.atomic
def decline_guardianship(*, asked: GuardianRequest, now: datetime) -> None:
    """By whoever reads that mail, who needs no account to say no. Raises GuardianError."""
    asked = open_request(asked, now)
    name = asked.name
    close(asked, State.DECLINED, now)
    record(actor=None, verb="decline_guardianship", subject=asked, at=now, on_behalf_of=asked.ward)
    tell_ward(asked, name, accepted=False, now=now)


def open_request(asked: GuardianRequest, now: datetime) -> GuardianRequest:
    """As it is now that the ward is locked. Raises GuardianError unless it can be answered."""
    lock_member(asked.ward)
    found = GuardianRequest.objects.open(now).select_related("ward").filter(pk=asked.pk).first()
    if found is None:
        raise GuardianError(_("This was answered or taken back in the meantime."))
    return found


def close(asked: GuardianRequest, state: State, now: datetime) -> None:
    """With it go the name, the address, and the mail that told of it."""
    asked.state, asked.answered_at = state, now
    asked.name = asked.email = ""
    asked.save(update_fields=["state", "answered_at", "name", "email", "guardian"])
    take_back(key=asked.key)


def tell_ward(asked: GuardianRequest, name: str, *, accepted: bool, now: datetime) -> None:
    post(
        to=asked.ward,
        kind="guardian-answered",
        key=f"guardian-answered:{asked.pk}",
        context={"guardian": name, "accepted": accepted},
        at=now,
    )


@transaction.atomic
def withdraw_requests(*, ward: Member, now: datetime) -> None:
    """Who signs is said otherwise, or by nobody any more."""
    lock_member(ward)
    for asked in ward.guardian_requests.filter(state=State.OPEN):
        close(asked, State.WITHDRAWN, now)


@transaction.atomic
def forget_unanswered(*, now: datetime) -> int:
    """One batch of those that nobody answered in time; how many."""
    old = GuardianRequest.objects.filter(state=State.OPEN, asked_at__lte=now - LASTS)
    found = list(old.select_for_update(of=("self",)).order_by("pk")[:BATCH])
    for asked in found:
        close(asked, State.WITHDRAWN, now)
    return len(found)
