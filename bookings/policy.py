"""What a tool class asks of bookings, as plain sentences; judges nothing."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from equipment.models import ToolClass
from equipment.words import length


def sentences(policy: ToolClass) -> list[str]:
    """What holds for a booking, in the order one meets it."""
    told = [ahead(policy), lengths(policy)]
    if policy.most_future is not None:
        told.append(most_future(policy.most_future))
    if policy.buffer_minutes:
        told.append(buffer(policy))
    return told


def ahead(policy: ToolClass) -> str:
    days = policy.horizon_days
    horizon = ngettext("Book up to %d day ahead", "Book up to %d days ahead", days) % days
    if policy.notice_minutes:
        notice = _("at least %s before you start") % length(policy.notice_minutes)
        return f"{horizon}, {notice}."
    return _("%s, until the moment you start.") % horizon


def lengths(policy: ToolClass) -> str:
    return _("From %(shortest)s to %(longest)s at a time, in steps of %(step)s.") % {
        "shortest": length(policy.shortest_minutes),
        "longest": length(policy.longest_minutes),
        "step": length(policy.step_minutes),
    }


def most_future(most: int) -> str:
    return (
        ngettext(
            "At most %d booking ahead of you on machines of this kind.",
            "At most %d bookings ahead of you on machines of this kind.",
            most,
        )
        % most
    )


def buffer(policy: ToolClass) -> str:
    kept = length(policy.buffer_minutes)
    return _("After each booking %s are kept free. Nobody can book those.") % kept
