"""The messages of the house, for staff: how each kind looks, and what did not get through."""

from csp.decorators import csp_replace
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from desk import letters
from members.permissions import staff_required
from members.requests import MemberRequest
from members.zones import at_home
from notices import services
from notices.models import Outbox
from notices.samples import SAMPLES
from notices.words import title_of

PER_PAGE = 40
# A letter brings its own styles and nothing else; the frame around it lets it do nothing.
LETTER_POLICY = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "frame-ancestors": ["'self'"],
    "sandbox": [],
}


@require_safe
@staff_required
def kinds(request: MemberRequest) -> HttpResponse:
    return render(request, "desk/letters.html", {"drawers": letters.kinds_by_drawer()})


@require_safe
@staff_required
def letter(request: MemberRequest, kind: str) -> HttpResponse:
    """Subject and text of a kind with made-up facts; its HTML is framed from an address apart."""
    language = _language(request, kind)
    told = letters.preview(kind, language, request.user)
    page = {"kind": kind, "title": title_of(kind), "letter": told, "language": language}
    return render(request, "desk/letter.html", page)


@require_safe
@staff_required
@xframe_options_sameorigin
@csp_replace(LETTER_POLICY)  # type: ignore[untyped-decorator]
def letter_html(request: MemberRequest, kind: str) -> HttpResponse:
    told = letters.preview(kind, _language(request, kind), request.user)
    return HttpResponse(told.html)


@require_safe
@staff_required
@at_home
def outbox(request: MemberRequest) -> HttpResponse:
    """What failed, with what the mail server said."""
    lost = letters.given_up(timezone.now())
    page = Paginator(lost, PER_PAGE).get_page(request.GET.get("page"))
    words = {"stuck": letters.stuck()[:PER_PAGE], "all": letters.stuck().count(), "page": page}
    return render(request, "desk/outbox.html", words)


@require_POST
@staff_required
def message_again(request: MemberRequest, pk: int) -> HttpResponse:
    message = get_object_or_404(Outbox, pk=pk, sent_at=None)
    services.try_again(message=message, now=timezone.now())
    messages.info(request, _("It leaves within a minute."))
    return redirect("desk:outbox")


@require_POST
@staff_required
def message_drop(request: MemberRequest, pk: int) -> HttpResponse:
    message = get_object_or_404(Outbox.objects.waiting(), pk=pk)
    services.give_up(message=message, now=timezone.now())
    messages.info(request, _("Given up. %s finds it under Messages.") % message.to)
    return redirect("desk:outbox")


def _language(request: MemberRequest, kind: str) -> str:
    if kind not in SAMPLES:
        raise Http404
    return letters.language_of(request.GET.get("language", request.user.language))
