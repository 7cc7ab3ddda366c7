"""The steps of joining, for pages whose own business is another."""

from typing import Any

from django import template
from django.utils import timezone

from desk.joining import is_left, steps_of
from members.models import Member

register = template.Library()


@register.inclusion_tag("desk/_join.html")
def joining(person: Member, at_desk: bool = False) -> dict[str, Any]:
    """A card with what is left; nothing once all is done."""
    steps = steps_of(person, timezone.now(), at_desk=at_desk)
    return {"steps": steps, "is_left": is_left(steps), "at_desk": at_desk}
