"""How the broker stands, in one line for staff. Display only."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from access.broker.plan import Why
from access.models import BrokerStatus
from access.services.credentials import is_managed


@dataclass(frozen=True, slots=True)
class BrokerLine:
    """`trouble` is empty where all is well; `mended` is what others had changed, in words.

    `foreign` names the users that others made, and `removal` is the command that ends one.
    """

    is_managed: bool
    trouble: str = ""
    checked_at: datetime | None = None
    mended: tuple[str, ...] = ()
    mended_at: datetime | None = None
    foreign: tuple[str, ...] = ()
    removal: str = ""


CHANGES = {
    Why.DEFAULTS: _("what everybody may do"),
    Why.CLIENT_STRAY: _("%s was let in"),
    Why.CLIENT_MISSING: _("%s was forgotten"),
    Why.CLIENT_DISABLED: _("%s was kept out"),
    Why.CLIENT_ID: _("%s could use any client id"),
    Why.CLIENT_ROLES: _("%s had other roles"),
    Why.CREDENTIAL: _("%s had another password"),
    Why.ROLE: _("%s had other rights"),
    Why.ROLE_MISSING: _("the rights of %s were gone"),
    Why.ROLE_STRAY: _("the rights of %s were left over"),
    Why.ROLE_BORROWED: _("%s had the rights of a device"),
    Why.FILES: _("its files were edited"),
}


def _mended(told: str) -> str:
    """In words, what a round noted as a code and whom it was about."""
    code, _space, name = told.partition(" ")
    words = str(CHANGES[Why(code)])
    return words % name if name else words


def broker_line() -> BrokerLine:
    """As the last round wrote it down."""
    if not is_managed():
        return BrokerLine(is_managed=False)
    row = BrokerStatus.objects.first()
    if row is None:
        return BrokerLine(
            is_managed=True, trouble=gettext("The gatekeeper has not looked at it yet.")
        )
    return BrokerLine(
        is_managed=True,
        trouble=row.trouble,
        checked_at=row.checked_at,
        mended=tuple(map(_mended, row.mended)),
        mended_at=row.mended_at,
        foreign=tuple(row.foreign),
        removal=_removal(),
    )


def _removal() -> str:
    """What the administrator of this broker types; of files there is nothing to type."""
    administrator = urlsplit(settings.BROKER_ADMIN).username
    if administrator is None:
        return ""
    return f"mosquitto_ctrl -u {administrator} dynsec deleteClient NAME"
