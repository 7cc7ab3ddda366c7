"""/live/: the stream behind pages that keep themselves true."""

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_GET

from desk.live import MOST_LISTENERS, hub, stream


@require_GET
async def live(request: HttpRequest) -> HttpResponseBase:
    """204 tells a browser to stop asking: a server of threads would give each stream a thread."""
    if not isinstance(request, ASGIRequest):
        return HttpResponse(status=204)
    if len(hub) >= MOST_LISTENERS:
        return HttpResponse(status=503, headers={"Retry-After": "30"})
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingHttpResponse(stream(), content_type="text/event-stream", headers=headers)
