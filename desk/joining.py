"""The steps from signing up to the first machine, for a member's own page and for the desk.

Reads what is there; which machine somebody may use is the judge's to say.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from equipment.models import Certification
from members.models import Badge, GuardianRequest, Member, Membership, MembershipRequest
from members.services.signing import needs_guardian, unsigned


@dataclass(frozen=True, slots=True)
class JoinStep:
    """One stage; `css` is done, next or empty, as in the timeline. `links`: address and words."""

    css: str
    title: str
    text: str
    links: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """What is true of the person, and where each of the two who may act would go."""

    title: str
    is_done: bool
    text: str
    own: tuple[tuple[str, str], ...] = ()
    desk: tuple[tuple[str, str], ...] = ()


def steps_of(person: Member, now: datetime, *, at_desk: bool = False) -> list[JoinStep]:
    """All of them in order, in two queries; the first that is not done is the next one."""
    stages = list(_stages(person, now))
    ahead = next((stage for stage in stages if not stage.is_done), None)
    return [
        JoinStep(
            "done" if stage.is_done else "next" if stage is ahead else "",
            stage.title,
            stage.text,
            () if stage.is_done else stage.desk if at_desk else stage.own,
        )
        for stage in stages
    ]


def is_left(steps: list[JoinStep]) -> bool:
    return any(step.css != "done" for step in steps)


def _stages(person: Member, now: datetime) -> Iterator[Stage]:
    known = _known(person, now)
    if person.email:
        yield _mail(known.is_confirmed)
    if person.is_minor(now):
        yield _guardian(person, now)
    yield _plan(person, known)
    yield _documents(person, now)
    yield _induction(person, known.is_certified)
    yield _badge(person, known.has_badge)


def _known(person: Member, now: datetime) -> Any:
    """The member with what the stages ask, in one query."""
    own = {"member": OuterRef("pk")}
    open_wish = MembershipRequest.objects.filter(**own, answered_at=None)
    return Member.objects.annotate(
        is_confirmed=Exists(EmailAddress.objects.filter(user=OuterRef("pk"), verified=True)),
        is_member=Exists(Membership.objects.current(now).filter(**own)),
        has_asked=Exists(open_wish),
        is_certified=Exists(Certification.objects.valid(now).filter(**own)),
        has_badge=Exists(Badge.objects.filter(**own, revoked_at=None)),
    ).get(pk=person.pk)


def _mail(is_done: bool) -> Stage:
    text = _("Codes and messages reach you there.")
    return Stage(
        _("Confirm your mail address"),
        is_done,
        text,
        own=((reverse("account_email"), _("Have a code sent")),),
    )


def _plan(person: Member, known: Any) -> Stage:
    title = _("Be on a plan")
    sign_up = (reverse("desk:membership_start", args=[person.public_id]), _("Sign up to a plan"))
    if known.is_member:
        return Stage(title, True, _("You are a member."))
    if known.has_asked:
        answer = (reverse("desk:plan_requests"), _("Answer the request"))
        return Stage(
            title, False, _("Staff confirm it soon, and you hear by mail."), desk=(answer,)
        )
    choose = (reverse("desk:plan_choose"), _("Choose a plan"))
    return Stage(title, False, _("It says what you may book."), own=(choose,), desk=(sign_up,))


def _guardian(person: Member, now: datetime) -> Stage:
    """In one query more where nobody is known to sign yet."""
    title = _("Have a guardian sign for you")
    if person.guardian_id:
        return Stage(title, True, _("Staff know who that is."))
    last = person.guardian_requests.first()
    note = (reverse("desk:guardian_set", args=[person.public_id]), _("Say who signs"))
    label = _("Name your guardian")
    text = _("Say who that is. They are asked by mail, and answer on a page of ours.")
    if last is not None and last.is_open(now):
        label = _("Name somebody else")
        told = {"name": last.name, "email": last.email}
        text = _("%(name)s (%(email)s) was asked by mail, and has not answered yet.") % told
    elif last is not None and last.state == GuardianRequest.State.DECLINED:
        text = _("Whom you named said no. Name somebody else, or tell staff at the desk.")
    own = (reverse("desk:guardian_name"), label)
    return Stage(title, False, text, own=(own,), desk=(note,))


def _documents(person: Member, now: datetime) -> Stage:
    left = unsigned(person)
    paper = (
        (
            reverse("desk:paper_sign", args=[person.public_id, version.document.slug]),
            _("%s is signed on paper") % version.document,
        )
        for version in left
    )
    if any(needs_guardian(person, version.document, now) for version in left):
        text = _("Your guardian signs for you, on their own page or on paper.")
    else:
        text = _("A few minutes, here or on paper at the desk.")
    return Stage(
        _("Read and sign waiver and house rules"),
        not left,
        text if left else _("Nothing is left to sign."),
        own=((reverse("desk:signing"), _("Read and sign")),),
        desk=tuple(paper),
    )


def _induction(person: Member, is_done: bool) -> Stage:
    certify = reverse("equipment:certify") + f"?member={person.public_id}"
    return Stage(
        _("Go to an induction"),
        is_done,
        _("There you are certified. The page of each machine says which one it asks for."),
        own=((reverse("training:induction_list"), _("Find an induction")),),
        desk=((certify, _("Certify")),),
    )


def _badge(person: Member, is_done: bool) -> Stage:
    give = (reverse("desk:badge_issue", args=[person.public_id]), _("New badge"))
    text = _("You have one.") if is_done else _("Staff at the desk give you one.")
    return Stage(_("Pick up a badge"), is_done, text, desk=(give,))
