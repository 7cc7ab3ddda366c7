"""The feed that calendar apps fetch: whoever has the address may read it, and nobody else."""

import gzip
import hashlib
from datetime import datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from calendars import contents, ics, limits, services
from calendars.limits import OF_GUESSES, OF_TOKEN
from calendars.versions import Found, find

TOO_LONG = 44  # for a token
QUICKLY = 1  # the level of gzip: a quarter of the size, at a third of the time of the usual one


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Unchanged is one statement; so is a wrong token, until guessing is refused without any."""
    now = timezone.now()
    place, token = limits.place_of(request.META.get("REMOTE_ADDR", "")), token[:TOO_LONG]
    guessing = 0 if limits.is_known(token) else limits.spent(OF_GUESSES, place, now)
    if wait := guessing or limits.spend(OF_TOKEN, token, now):
        return _not_now(wait)
    found = find(token, now)
    if found is None:
        limits.spend(OF_GUESSES, place, now)
        raise Http404
    limits.know(token)
    services.note_fetch(pk=found.pk, fetched_at=found.fetched_at, now=now)
    return _answer(request, found, token, now)


def _answer(request: HttpRequest, found: Found, token: str, now: datetime) -> HttpResponse:
    etag = _etag(found, token, now)
    response: HttpResponse
    if _has(request, etag):
        response = HttpResponseNotModified()
    else:
        response = HttpResponse(content_type=ics.CONTENT_TYPE)
        response["Content-Disposition"] = 'inline; filename="benchkey.ics"'
        _fill(response, request, contents.body(found, now))  # HEAD tells its length, too
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"  # keep it, and ask each time whether it changed
    response["X-Robots-Tag"] = "noindex"
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


def _etag(found: Found, token: str, now: datetime) -> str:
    """Of all that decides the file; weak, since the file goes out both packed and plain."""
    parts = (
        token,
        found.version,
        now.astimezone(found.zone).date(),
        found.language,
        found.privacy,
        found.alarm_minutes,
        settings.BASE_URL,
        ics.RENDERER,
    )
    return f'W/"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


def _has(request: HttpRequest, etag: str) -> bool:
    """If-None-Match, RFC 9110 section 13.1.2: weakly compared."""
    asked = parse_etags(request.headers.get("If-None-Match", ""))
    return asked == ["*"] or etag.removeprefix("W/") in {each.removeprefix("W/") for each in asked}


def _fill(response: HttpResponse, request: HttpRequest, body: bytes) -> None:
    if _takes_gzip(request):
        response["Content-Encoding"] = "gzip"
        body = gzip.compress(body, QUICKLY, mtime=0)
    response.content = body
    response["Content-Length"] = str(len(body))


def _takes_gzip(request: HttpRequest) -> bool:
    """Accept-Encoding, RFC 9110 section 12.5.3; q=0 is a no."""
    for each in request.headers.get("Accept-Encoding", "").split(","):
        coding, _semicolon, quality = each.replace(" ", "").lower().partition(";")
        if coding in ("gzip", "*"):
            return quality.rstrip("0.") != "q="
    return False


def _not_now(seconds: int) -> HttpResponse:
    response = HttpResponse("Too often. Ask again later.\n", status=429, content_type="text/plain")
    response["Retry-After"] = str(seconds)
    return response
