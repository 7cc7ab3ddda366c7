"""Files beside a certification: added, removed, and handed out as downloads and nothing else."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from equipment import permissions
from equipment.forms.certifications import AttachmentForm
from equipment.services import Uncertifiable
from equipment.services.attachments import Unattachable, attach, remove_attachment
from equipment.uploads import had_too_large_a_file
from members.requests import MemberRequest


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def attachment_add(request: MemberRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    certification = permissions.certification_to_judge(request.user, pk, now)
    is_sent = request.method == "POST"
    form = AttachmentForm(
        request.POST if is_sent else None,
        request.FILES if is_sent else None,
        was_too_large=had_too_large_a_file(request),
    )
    if is_sent and form.is_valid():
        try:
            upload = form.cleaned_data["upload"]
            kept = attach(certification=certification, upload=upload, by=request.user, now=now)
        except (Unattachable, Uncertifiable) as error:
            form.add_error("upload", str(error))
        else:
            messages.success(request, _("“%s” is kept.") % kept.name)
            return redirect("desk:certification", pk)
    page = {"form": form, "certification": certification}
    status = 422 if form.errors else 200
    return render(request, "equipment/attachment_create.html", page, status=status)


@require_safe
@login_required
def attachment(request: MemberRequest, public_id: UUID) -> HttpResponse:
    """The bytes, for whoever may see the certification; a browser shows or runs none of them."""
    found = permissions.attachment_to_see(request.user, public_id, timezone.now())
    try:
        with found.file.open("rb") as kept:
            response = HttpResponse(kept.read(), content_type=found.media_type)
    except FileNotFoundError:
        words = _("The server does not have “%s” any more. It has to come from a backup.")
        messages.error(request, words % found.name)
        return redirect("desk:certification", found.certification_id)
    response["Content-Disposition"] = content_disposition_header(True, found.name)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Content-Length"] = str(len(response.content))
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@login_required
def attachment_remove(request: MemberRequest, public_id: UUID) -> HttpResponse:
    now = timezone.now()
    found = permissions.attachment_to_judge(request.user, public_id, now)
    try:
        remove_attachment(attachment=found, by=request.user, now=now)
    except Uncertifiable as error:
        messages.error(request, str(error))
    else:
        messages.info(request, _("“%s” is removed.") % found.name)
    return redirect("desk:certification", found.certification_id)
