"""The way to a machine, for pages whose own business is another."""

from typing import Any

from django import template
from django.utils import timezone

from desk.path import is_barred, path_to
from equipment.facts import facts_for
from equipment.models import Machine
from members.models import Member

register = template.Library()


@register.inclusion_tag("desk/_path.html")
def way_to(machine: Machine, member: Member) -> dict[str, Any]:
    """A card with every step that is left; nothing where the person may use the machine."""
    now = timezone.now()
    facts = facts_for(member_id=member.pk, machines=[machine], now=now)[machine.pk]
    return {"path": path_to(member, machine, facts, now) if is_barred(facts, now) else []}
