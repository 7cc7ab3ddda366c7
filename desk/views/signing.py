"""Reading and signing: for oneself, for a child, and at the desk for what came on paper."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from members.forms import PaperForm, SignForm
from members.models import DocumentVersion, Member, Signature
from members.permissions import staff_required
from members.prose import blocks
from members.requests import MemberRequest
from members.services.documents import (
    SigningError,
    may_sign,
    needs_guardian,
    sign,
    sign_on_paper,
    unsigned,
)
from members.services.guardians import requests_to
from members.zones import at_home

form_page = require_http_methods(["GET", "HEAD", "POST"])


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
    version = get_object_or_404(DocumentVersion.objects.newest(), document__slug=slug)
    form = SignForm(request.POST or None)
    if form.is_valid():
        try:
            sign(
                member=member,
                version=version,
                name=form.cleaned_data["name"],
                by=request.user,
                now=timezone.now(),
            )
        except SigningError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("%s is signed.") % version.document)
            return redirect("desk:signing")
    page = {"member": member, "version": version, "blocks": blocks(version.text), "form": form}
    page["may_sign"] = may_sign(request.user, member, version.document, timezone.now())
    return render(request, "desk/document_sign.html", page, status=422 if form.errors else 200)


@form_page
@staff_required
def paper_sign(request: MemberRequest, public_id: UUID, slug: str) -> HttpResponse:
    """Staff hold the signed paper in their hands."""
    person = get_object_or_404(Member, public_id=public_id)
    version = get_object_or_404(DocumentVersion.objects.newest(), document__slug=slug)
    guarded = needs_guardian(person, version.document, timezone.now())
    signer = person.guardian if guarded else person
    form = PaperForm(request.POST or None, initial={"name": signer.name if signer else ""})
    if form.is_valid():
        try:
            sign_on_paper(
                member=person,
                version=version,
                by=request.user,
                now=timezone.now(),
                **form.cleaned_data,
            )
        except SigningError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("%s is signed.") % version.document)
            return redirect("desk:person", person.public_id)
    title = _("%(document)s, signed on paper by %(name)s") % {
        "document": version.document,
        "name": person.name,
    }
    page = {"person": person, "form": form, "title": title, "submit": _("It is signed")}
    return render(request, "desk/person_form.html", page, status=422 if form.errors else 200)
