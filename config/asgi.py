"""The web process, for uvicorn."""

import os
from typing import Any

import django
from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest, HttpResponseBase

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


class OneThreadHandler(ASGIHandler):
    """Django's own, but a request crosses to its thread once, for middleware and view together.

    Our views are synchronous. Django would cross over for every middleware and back, and each
    crossing waits for the interpreter while other requests are at work. A stream of live changes
    is still sent by the event loop and holds no thread.
    """

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        get_response: Any = sync_to_async(self.get_response, thread_sensitive=True)
        response: HttpResponseBase = await get_response(request)
        return response


django.setup(set_prefix=False)
application = OneThreadHandler()
