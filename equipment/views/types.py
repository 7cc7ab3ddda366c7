"""The kinds of certification, for staff of all spaces."""

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from equipment.forms.types import TypeForm
from equipment.models import Certification, CertificationType
from equipment.services.certification_types import (
    Reach,
    facts_of,
    reach_of_disuse,
    save_type,
)
from members.form_pages import refusals_in
from members.permissions import organisation_required
from members.requests import MemberRequest
from members.zones import at_home


@require_safe
@organisation_required
def type_list(request: MemberRequest) -> HttpResponse:
    valid = Certification.objects.valid(timezone.now()).filter(revoked_at=None)
    holders = Count(
        "certifications__member", filter=Q(certifications__in=valid.values("pk")), distinct=True
    )
    rows = CertificationType.objects.annotate(holders=holders)
    rows = rows.prefetch_related("prerequisites__needs", "tool_classes")
    given = [row for row in rows if row.retired_at is None]
    retired = [row for row in rows if row.retired_at is not None]
    return render(request, "equipment/type_list.html", {"types": given, "retired": retired})


@require_http_methods(["GET", "HEAD", "POST"])
@organisation_required
@at_home
def type_edit(request: MemberRequest, slug: str = "") -> HttpResponse:
    """A new type where there is no `slug`. Whom a rule about disuse hits is shown first."""
    type = get_object_or_404(CertificationType, slug=slug) if slug else None
    form = TypeForm(
        request.POST if request.method == "POST" else None,
        others=CertificationType.objects.exclude(slug=slug),
        facts=facts_of(type) if type else None,
    )
    reach = _unseen_reach(form, type) if form.is_valid() else None
    if form.is_valid() and reach is None:
        with refusals_in(form):
            saved = save_type(type=type, facts=form.facts, by=request.user, now=timezone.now())
            messages.success(request, _("“%s” is saved.") % saved)
            return redirect("equipment:type_list")
    page = {"form": form, "type": type, "reach": reach}
    status = 422 if form.errors else 200
    return render(request, "equipment/type_edit.html", page, status=status)


def _unseen_reach(form: TypeForm, type: CertificationType | None) -> Reach | None:
    """Whom the rule that was typed would soon cost it, unless that was shown already."""
    days = form.facts.disuse_days
    if type is None or type.disuse_days == days or form.was_shown(days):
        return None
    reach = reach_of_disuse(type=type, disuse_days=days, now=timezone.now())
    return reach if reach.soon else None
