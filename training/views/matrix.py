"""The training matrix, for staff: a page of people, or all of them as a file."""

import csv
from collections.abc import AsyncIterator, Iterator
from itertools import islice

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from members.permissions import staff_required
from members.requests import MemberRequest
from members.zones import at_home, zone_of
from training import matrix
from training.forms.matrix import MatrixForm
from training.pages import matrix as pages

PER_PAGE = 50
PIECE = 200  # lines sent at once


@require_safe
@staff_required
@at_home
def matrix_page(request: MemberRequest) -> HttpResponse:
    now, form = timezone.now(), MatrixForm(request.GET)
    asked = form.asked()
    kinds = matrix.columns(asked)
    page = Paginator(matrix.people(asked, kinds, now), PER_PAGE).get_page(request.GET.get("page"))
    rows = matrix.read(list(page), kinds, now)
    shown = {
        "form": form,
        "kinds": kinds,
        "page": page,
        "lines": pages.lines(rows, kinds, zone_of(request.user)),
    }
    return render(request, "training/matrix.html", shown)


@require_safe
@staff_required  # type: ignore[arg-type]  # it sends its answer piece by piece
def matrix_file(request: MemberRequest) -> HttpResponseBase:
    """Everybody the same filters leave, sent as it is read."""
    now, zone, asked = timezone.now(), zone_of(request.user), MatrixForm(request.GET).asked()
    kinds = matrix.columns(asked)
    batches = matrix.read_all(matrix.people(asked, kinds, now), kinds, now)
    text = _written(pages.file_rows(batches, kinds, zone), get_language())
    name = f"training-{timezone.localdate(now, zone).isoformat()}.csv"
    return StreamingHttpResponse(
        _one_by_one(text) if isinstance(request, ASGIRequest) else text,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


class Echo:
    """A file that hands back what is written into it."""

    def write(self, text: str) -> str:
        return text


def _written(rows: Iterator[list[str]], language: str | None) -> Iterator[str]:
    """In pieces of many lines; the language is the request's, which is over by then."""
    writer = csv.writer(Echo())
    yield "\ufeff"  # spreadsheets believe it is UTF-8 then
    while True:
        with translation.override(language):
            piece = "".join(writer.writerow(row) for row in islice(rows, PIECE))
        if not piece:
            return
        yield piece


async def _one_by_one(pieces: Iterator[str]) -> AsyncIterator[str]:
    """The same where the server waits for nobody: each piece is read in the thread of the views."""
    while piece := await sync_to_async(lambda: next(pieces, ""))():
        yield piece
