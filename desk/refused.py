"""A tap that was refused for want of a certification, told again where there is room for more."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from access.models import AccessEvent
from desk.links import machine_url
from desk.path import Gap
from desk.when import moment_words
from equipment.models import Machine
from members.models import Member
from training.words.inductions import UNCERTIFIED

SINCE = timedelta(hours=6)  # later it is no news


def refused_tap(
    member: Member, machines: Iterable[Machine], gaps: Iterable[Gap], now: datetime
) -> list[dict[str, Any]]:
    """The last one at these machines that would be refused again, as a notice; in one query."""
    lacking = {gap.title for gap in gaps}
    among = {machine.pk: machine for machine in machines if machine.tool_class.name in lacking}
    if not among:
        return []
    taps = AccessEvent.objects.filter(machine_id__in=among, at__gt=now - SINCE, at__lte=now)
    refused = taps.filter(member_id=member.pk, kind="tap", ok=False, code__in=UNCERTIFIED)
    last = refused.order_by("-at").first()
    if last is None or last.machine_id is None:
        return []
    machine = among[last.machine_id]
    told = {
        "machine": machine.name,
        "when": moment_words(last.at, now, machine.space.tz),
    }
    return [
        {
            "text": _("%(machine)s did not unlock for you, %(when)s.") % told,
            "remedy": _("Its page says every step that is left."),
            "remedy_url": machine_url(machine.slug),
            "remedy_label": _("What I still need"),
        }
    ]
