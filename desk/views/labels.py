"""QR labels to print and stick on machines; each leads to its machine's page."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from desk.places import space_of
from desk.queries import machines_in
from equipment.models import Machine
from equipment.qr import svg
from members.permissions import caretaker_required
from members.requests import MemberRequest


@require_safe
@caretaker_required
def labels(request: MemberRequest) -> HttpResponse:
    """All machines of a space, or the one named by ?machine=."""
    space = space_of(request)
    if space is None:
        return render(request, "desk/nowhere.html")
    asked = request.GET.get("machine")
    machines = [one for one in machines_in(space) if asked in (None, "", one.slug)]
    return render(request, "desk/labels.html", {"labels": [label(one) for one in machines]})


def label(machine: Machine) -> dict[str, object]:
    address = settings.BASE_URL + reverse("desk:machine", args=[machine.slug])
    name = _("QR code to the page of %s") % machine
    return {"machine": machine, "address": address, "code": svg(address, name)}
