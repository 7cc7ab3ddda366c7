"""Giving a role and taking it back, and letting somebody in who lost their second factor."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from members.models import Member, Role, Space
from members.services.changes import record
from members.services.errors import NotDone
from members.services.sign_ins import end_sessions
from notices.services import post


class RoleError(NotDone):
    """A role that is not given, or not taken."""


def may_give(by: Member, space: Space | None) -> bool:
    """Admins of a space give its roles; those of all spaces (None) only admins of all."""
    kinds = (Role.Kind.ADMIN,)
    return by.has_role_everywhere(kinds) if space is None else by.has_role(space, kinds)


def _admins_of_all() -> QuerySet[Role]:
    return Role.objects.filter(kind=Role.Kind.ADMIN, space=None)


def is_last_admin(member: Member) -> bool:
    """Whether nobody else could give roles in all spaces."""
    admins = _admins_of_all()
    others = admins.filter(member__is_active=True).exclude(member=member)
    return admins.filter(member=member).exists() and not others.exists()


@transaction.atomic
def give_role(*, member: Member, kind: str, space: Space | None, by: Member, now: datetime) -> Role:
    """Let `member` act for others in `space`, or everywhere (None). Twice is once."""
    _may(by, member, space)
    if not member.is_active:
        raise RoleError(_("This account is closed. Nobody works from it."))
    role, made = Role.objects.get_or_create(member=member, kind=kind, space=space)
    if made:
        _log("give_role", role, by, now)
        _tell(role, "role-given", by, now)
    return role


@transaction.atomic
def take_role(*, role: Role, by: Member, now: datetime) -> None:
    """From the next click on it counts no more. The last admin of all spaces stays."""
    _may(by, role.member, role.space)
    list(_admins_of_all().select_for_update())  # two who take each other's come one by one
    if role.kind == Role.Kind.ADMIN and role.space_id is None and is_last_admin(role.member):
        raise RoleError(_("Somebody must be admin of all spaces. Give that to another one first."))
    _log("take_role", role, by, now)
    _tell(role, "role-taken", by, now)
    role.delete()


@transaction.atomic
def reset_second_factor(*, member: Member, by: Member | None, now: datetime) -> None:
    """Forget passkeys, app and codes, and end every session: at the next sign-in they begin anew.

    `by` is None at the console. Raises RoleError for oneself: who is signed in manages their own.
    """
    if by is not None and (by == member or not may_give(by, None)):
        raise RoleError(_("Another admin of all spaces does this for you."))
    Authenticator.objects.filter(user=member).delete()
    end_sessions(member)
    record(actor=by, verb="reset_second_factor", subject=member, at=now, on_behalf_of=member)
    key = f"second-factor-reset:{member.pk}:{now.isoformat()}"
    context = {"by": by.name if by else "Benchkey"}
    post(to=member, kind="second-factor-reset", key=key, context=context, at=now)


def _may(by: Member, member: Member, space: Space | None) -> None:
    if not may_give(by, space):
        raise RoleError(_("Only admins of that space give and take its roles."))
    if by == member:
        raise RoleError(_("Nobody changes their own roles. Ask another admin."))


def _log(verb: str, role: Role, by: Member, now: datetime) -> None:
    after = {"role": role.kind, "space": role.space.slug if role.space else None}
    record(actor=by, verb=verb, subject=role.member, at=now, after=after, on_behalf_of=role.member)


def _tell(role: Role, kind: str, by: Member, now: datetime) -> None:
    context = {"role": role.kind, "by": by.name, "space": role.space.name if role.space else ""}
    post(to=role.member, kind=kind, key=f"{kind}:{role.pk}", context=context, at=now)
