"""How dangerous a kind of machine is, as those who run the organisation say."""

from datetime import datetime

from django.db import transaction

from equipment.models import ToolClass
from members.models import AccessEpoch, Member
from members.services import record


@transaction.atomic
def set_risk(*, tool_class: ToolClass, risk: str, by: Member, now: datetime) -> ToolClass:
    """From now on its machines ask this of their devices. The same again leaves no trace."""
    kind = ToolClass.objects.select_for_update(no_key=True).get(pk=tool_class.pk)
    if kind.risk == risk:
        return kind
    before = {"risk": kind.risk}
    kind.risk = risk
    kind.save(update_fields=["risk"])
    record(actor=by, verb="set_risk", subject=kind, at=now, before=before, after={"risk": risk})
    AccessEpoch.bump()  # whoever is at a machine is decided on again
    return kind
