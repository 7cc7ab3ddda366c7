"""Waivers and house rules, for those who work at every desk: write, preview, publish, look back."""

from datetime import UTC, datetime, time, timedelta
from hashlib import sha256

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from members.form_pages import form_page, refusals_in
from members.forms import VersionForm
from members.models import Document, DocumentVersion
from members.permissions import organisation_required, runs_organisation
from members.prose import blocks
from members.requests import MemberRequest
from members.services.documents import people_to_sign, publish_version, say_who_signs
from members.zones import at_home, zone_of

TIME_TO_SIGN = timedelta(days=14)  # what a form proposes


@require_safe
@organisation_required
@at_home
def document_list(request: MemberRequest) -> HttpResponse:
    """Every document with all its versions, newest first, and how many have signed each."""
    versions = DocumentVersion.objects.select_related("document", "published_by")
    counted = versions.annotate(signed=Count("signatures", filter=Q(signatures__set_aside_at=None)))
    # a query that counts loses the order of its model
    ordered = counted.order_by("document__name", "-number")
    page = {"versions": ordered, "people": people_to_sign().count()}
    return render(request, "desk/document_list.html", page)


@form_page
@organisation_required
@at_home
def document_write(request: MemberRequest, slug: str = "") -> HttpResponse:
    """First a preview; what was previewed, and no other text, is published."""
    document = get_object_or_404(Document, slug=slug) if slug else Document()
    form = VersionForm(request.POST or None, initial=_initial(request, document))
    if slug:
        form.keep_signers()
    page = {"form": form, "document": document}
    if form.is_valid():
        if request.POST.get("previewed") == _fingerprint(form):
            if _publish(request, form, document):
                return redirect("desk:document_list")
        else:
            page |= {
                "blocks": blocks(form.cleaned_data["text"]),
                "previewed": _fingerprint(form),
                "people": people_to_sign().count(),
            }
    status = 422 if form.errors else 200
    return render(request, "desk/document_write.html", page, status=status)


@require_POST
@organisation_required
def document_signers(request: MemberRequest, slug: str) -> HttpResponse:
    """Whether minors sign this alone; asks nobody of age again."""
    document = get_object_or_404(Document, slug=slug)
    guardian_signs = request.POST.get("guardian_signs") == "yes"
    say_who_signs(
        document=document, guardian_signs=guardian_signs, by=request.user, now=timezone.now()
    )
    if guardian_signs:
        told = _("A guardian signs %s for minors. What they signed alone is asked for again.")
    else:
        told = _("Minors sign %s alone from here on.")
    messages.success(request, told % document)
    return redirect("desk:document_list")


@require_safe
@login_required
@at_home
def document_show(request: MemberRequest, slug: str, number: int) -> HttpResponse:
    """One version, to read and to print; whoever may sign it may keep it."""
    rows = DocumentVersion.objects.select_related("document")
    version = get_object_or_404(rows, document__slug=slug, number=number)
    page = {
        "version": version,
        "blocks": blocks(version.text),
        "may_write": runs_organisation(request.user),
        "signature": version.signatures.counting().filter(member=request.user).first(),
    }
    return render(request, "desk/document_show.html", page)


def _initial(request: MemberRequest, document: Document) -> dict[str, object]:
    newest = document.versions.first() if document.pk else None
    today = timezone.now().astimezone(zone_of(request.user)).date()
    return {
        "name": document.name,
        "text": newest.text if newest else "",
        "required_from": today + TIME_TO_SIGN,
    }


def _fingerprint(form: VersionForm) -> str:
    told = "\0".join(str(form.cleaned_data[name]) for name in form.fields)
    return sha256(told.encode()).hexdigest()


def _publish(request: MemberRequest, form: VersionForm, document: Document) -> bool:
    told = form.cleaned_data
    if document.pk is None:
        document.name, document.guardian_signs = told["name"], told["guardian_signs"]
    day = datetime.combine(told["required_from"], time(), zone_of(request.user))
    with refusals_in(form):
        version = publish_version(
            document=document,
            text=told["text"],
            required_from=day.astimezone(UTC),
            by=request.user,
            now=timezone.now(),
        )
        messages.success(request, _("%s is published. Everybody is asked to sign it.") % version)
        return True
    return False
