"""`{% membership person %}`: where somebody stands, on their own page and on that of the desk."""

from typing import Any

from django import template
from django.utils import timezone

from desk.memberships import standing_of
from members.models import Member

register = template.Library()


@register.inclusion_tag("desk/_membership.html", takes_context=True)
def membership(context: template.Context, person: Member) -> dict[str, Any]:
    reader: Member = context["request"].user
    return {
        "person": person,
        "is_own": reader.pk == person.pk,
        "standing": standing_of(person, reader, timezone.now()),
    }
