"""Why a session is told off, in a few words beside its device. Decides nothing.

The sentences of equipment/words.py are for the person at the machine, and tell times and names that
a session does not keep.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ENDINGS: dict[str, Promise] = {
    # somebody did it
    "finished": _("its member has finished"),
    "stopped": _("stop was pressed"),
    "taken-over": _("whoever booked next took over"),
    "detached": _("the device was taken off its machine"),
    "device-revoked": _("the device was revoked"),
    # the machine and the space
    "locked-out": _("the machine is locked out"),
    "do-not-energise": _("the machine must not be switched on"),
    "retired": _("the machine is retired"),
    "closed": _("the space is closed"),
    # whose time it is
    "time-up": _("the time is up"),
    "idle": _("nothing ran"),
    "not-booked": _("the booking is gone"),
    "too-early": _("the booking was moved to later"),
    "booked-by-other": _("it is somebody else's time"),
    "class-not-begun": _("the induction has not begun"),
    "needs-second": _("two people have to be there"),
    # the person
    "account-closed": _("the account is closed"),
    "badge-revoked": _("the badge was revoked"),
    "companion-may-not": _("one of the two may not use it any more"),
    "on-hold": _("the member is on hold"),
    "no-membership": _("no membership"),
    "membership-not-begun": _("the membership has not begun"),
    "membership-ended": _("the membership has ended"),
    "membership-paused": _("the membership is paused"),
    "not-certified": _("not certified"),
    "level-too-low": _("certified at too low a level"),
    "certification-ended": _("the certification has ended"),
    "certification-revoked": _("the certification was revoked"),
    "certification-suspended": _("the certification is suspended"),
}


def why_off(code: str) -> str:
    """The words for why; a code of an older version as it stands."""
    return str(ENDINGS.get(code, code))
