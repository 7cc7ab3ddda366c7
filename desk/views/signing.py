"""Reading and signing: for oneself, for a child, and at the desk for what came on paper."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from desk.person_form import person_form
from members.form_pages import form_page, refusals_in
from members.forms import PaperForm, SignForm
from members.models import DocumentVersion, Member, Signature
from members.permissions import staff_required
from members.prose import blocks
from members.requests import MemberRequest
from members.services.guardians import requests_to
from members.services.signing import may_sign, needs_guardian, sign, sign_on_paper, unsigned
from members.zones import at_home


@require_safe
@login_required
@at_home
def signing(request: MemberRequest) -> HttpResponse:
    """What is to be signed by this member, for themselves and for their wards."""
    people = [request.user, *request.user.wards.filter(is_active=True)]
    signed = Signature.objects.filter(member__in=people)
    page = {
        "to_sign": [(one, version) for one in people for version in unsigned(one)],
        "signed": signed.select_related("version__document", "member"),
        "asked": requests_to(request.user, timezone.now()),
    }
    return render(request, "desk/signing.html", page)


@form_page
@login_required
@at_home
def document_sign(request: MemberRequest, slug: str, public_id: UUID) -> HttpResponse:
    mine = Member.objects.filter(Q(pk=request.user.pk) | Q(guardian=request.user))
    member = get_object_or_404(mine.select_related("guardian"), public_id=public_id)
    version, now = _newest(slug), timezone.now()
    form = SignForm(request.POST or None)
    if form.is_valid():
        name = form.cleaned_data["name"]
        with refusals_in(form):
            sign(member=member, version=version, name=name, by=request.user, now=now)
            messages.success(request, _("%s is signed.") % version.document)
            return redirect("desk:signing")
    page = {"member": member, "version": version, "blocks": blocks(version.text), "form": form}
    page["may_sign"] = may_sign(request.user, member, version.document, now)
    return render(request, "desk/document_sign.html", page, status=422 if form.errors else 200)


@form_page
@staff_required
def paper_sign(request: MemberRequest, public_id: UUID, slug: str) -> HttpResponse:
    """Staff hold the signed paper in their hands."""
    person, now = get_object_or_404(Member, public_id=public_id), timezone.now()
    version = _newest(slug)
    signer = person.guardian if needs_guardian(person, version.document, now) else person
    form = PaperForm(request.POST or None, initial={"name": signer.name if signer else ""})
    if form.is_valid():
        told = {"member": person, "version": version, **form.cleaned_data}
        with refusals_in(form):
            sign_on_paper(by=request.user, now=now, **told)
            messages.success(request, _("%s is signed.") % version.document)
            return redirect("desk:person", person.public_id)
    told = {"document": version.document, "name": person.name}
    title = _("%(document)s, signed on paper by %(name)s") % told
    return person_form(request, person, form, title, _("It is signed"))


def _newest(slug: str) -> DocumentVersion:
    """What is still signed of a document."""
    return get_object_or_404(DocumentVersion.objects.newest(), document__slug=slug)
