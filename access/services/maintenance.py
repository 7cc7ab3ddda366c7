"""Leave for a named person to switch a machine on to mend it: given, and taken back."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from access.models import MaintenanceGrant
from equipment.models import Lockout, Machine
from members.models import AccessEpoch, Member
from members.services import record


class MaintenanceError(Exception):
    """It cannot be given; the text says why and what to do."""


@transaction.atomic
def grant_maintenance(
    *,
    machine: Machine,
    member: Member,
    why: str,
    minutes: int,
    by: Member,
    now: datetime,
    one_person: bool = False,
) -> MaintenanceGrant:
    """From now on, for `minutes`. It takes the place of what the person had there. `one_person`:
    it is isolated from its supply, and nobody need stand by where two are asked for.

    Raises MaintenanceError.
    """
    _sound(machine, member, why, minutes)
    given = MaintenanceGrant.objects.filter(machine=machine, member=member, withdrawn_at=None)
    given.filter(until__gt=now).update(withdrawn_at=now)
    grant = MaintenanceGrant.objects.create(
        machine=machine,
        member=member,
        why=why.strip(),
        one_person=one_person,
        given_by=by,
        since=now,
        until=now + timedelta(minutes=minutes),
    )
    after = {
        "machine": machine.pk,
        "why": grant.why,
        "until": grant.until.isoformat(),
        "one_person": one_person,
    }
    record(
        actor=by,
        verb="grant_maintenance",
        subject=grant,
        at=now,
        after=after,
        on_behalf_of=member,
    )
    AccessEpoch.bump()
    return grant


@transaction.atomic
def withdraw_maintenance(
    *, grant: MaintenanceGrant, by: Member | None, now: datetime
) -> MaintenanceGrant:
    """At once: a session that stands on it ends. Twice is once."""
    grant = MaintenanceGrant.objects.select_for_update(of=("self",)).get(pk=grant.pk)
    if grant.withdrawn_at is None and grant.until > now:
        grant.withdrawn_at = now
        grant.save(update_fields=["withdrawn_at"])
        before = {"machine": grant.machine_id, "until": grant.until.isoformat()}
        record(
            actor=by,
            verb="withdraw_maintenance",
            subject=grant,
            at=now,
            before=before,
            on_behalf_of=grant.member,
        )
        AccessEpoch.bump()
    return grant


def _sound(machine: Machine, member: Member, why: str, minutes: int) -> None:
    most = machine.tool_class.maintenance_minutes
    if not why.strip():
        raise MaintenanceError(_("Say what is to be done: it stays on record."))
    if not 1 <= minutes <= most:
        told = _("At most %(most)d minutes, as the policy of %(kind)s says. Give less, and again.")
        raise MaintenanceError(told % {"most": most, "kind": machine.tool_class})
    if not member.is_active:
        told = _("The account of %s is closed. Choose somebody else.")
        raise MaintenanceError(told % member.name)
    if not machine.has_interlock:
        told = _("%s has no interlock: nothing has to be unlocked.")
        raise MaintenanceError(told % machine)
    if Lockout.objects.filter(machine=machine, cleared_at=None, do_not_energise=True).exists():
        told = _("%s must not be switched on by anybody. Clear that lockout first.")
        raise MaintenanceError(told % machine)
