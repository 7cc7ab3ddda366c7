"""How the broker stands, in one line for staff. Display only."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from access.models import BrokerStatus
from access.services.credentials import is_managed


@dataclass(frozen=True, slots=True)
class BrokerLine:
    """`trouble` is empty where all is well; `mended` is what others had changed, as codes."""

    is_managed: bool
    trouble: str = ""
    checked_at: datetime | None = None
    mended: tuple[str, ...] = ()
    mended_at: datetime | None = None
    foreign: tuple[str, ...] = ()


def broker_line() -> BrokerLine:
    """As the last round wrote it down."""
    if not is_managed():
        return BrokerLine(is_managed=False)
    row = BrokerStatus.objects.first()
    if row is None:
        return BrokerLine(is_managed=True, trouble=_("The gatekeeper has not looked at it yet."))
    return BrokerLine(
        is_managed=True,
        trouble=row.trouble,
        checked_at=row.checked_at,
        mended=tuple(row.mended),
        mended_at=row.mended_at,
        foreign=tuple(row.foreign),
    )
