"""Until when a device can be on its own, and what of it is not told yet. Display only."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from access.models import Device
from access.services.lists import no_list_because


@dataclass(frozen=True, slots=True)
class OnItsOwn:
    """`until` None: it lets nobody start without a network, and `why_not` says why."""

    until: datetime | None
    why_not: str | Promise
    sent: int  # number of the newest list
    stored: int  # number of the one it says it keeps
    waiting: int  # rows it has not been able to tell

    @property
    def is_behind(self) -> bool:
        """It has not said that it keeps the newest list."""
        return self.stored < self.sent


def on_its_own(device: Device, now: datetime) -> OnItsOwn:
    """Of one device; no statement where its machine and its tool class were read with it."""
    why_not: str | Promise = WHY_NOT[no_list_because(device)]
    until = device.list_until
    if why_not or until is None or until <= now or not device.list_stored:
        until = None
        why_not = why_not or NOTHING_YET
    return OnItsOwn(
        until=until,
        why_not=why_not,
        sent=device.list_seq,
        stored=device.list_stored,
        waiting=device.journal_waiting,
    )


NOTHING_YET: str | Promise = _(
    "It keeps no list that is valid: nobody has booked, or it has not been heard since."
)
WHY_NOT: dict[str, str | Promise] = {
    "": "",
    "revoked": _("It is revoked."),
    "no-machine": _("It is not both reader and interlock of one machine."),
    "cannot": _("Its firmware cannot keep a list."),
    "no-key": _("It has no key to check a list with. Give it one."),
    "not-allowed": _("Staff have not allowed it."),
    "dangerous": _("Its machine is of a high-risk class, and stays locked without a network."),
    "two-person": _("Its machine asks for two people, which only the server can see."),
    "credential": _("Its machine asks for more than a badge, which only the server can check."),
}
