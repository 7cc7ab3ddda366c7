"""The button by which a member asks to hear of a machine."""

from typing import Any

from django import template

from equipment.models import Machine, Watch
from members.models import Member

register = template.Library()


@register.inclusion_tag("equipment/_watch.html", takes_context=True)
def watch_of(
    context: dict[str, Any], machine: Machine, member: Member, is_free: bool
) -> dict[str, Any]:
    """To ask while it is not free, to take it back as long as it is asked."""
    watched = Watch.objects.filter(machine=machine, member=member).exists()
    return {
        "machine": machine,
        "watched": watched,
        "shown": watched or not is_free,
        "csrf_token": context.get("csrf_token"),
    }
