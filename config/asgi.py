"""The web process, for uvicorn."""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import django
from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponseBase

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

THREADS = 4  # requests at work at once in one process; others wait their turn


class CrewHandler(ASGIHandler):
    """Django's own, but middleware and view run in one go, in one of a few threads that stay.

    Our views are synchronous. Django would give each request a new thread, and so a new database
    connection, and cross over to it and back for every middleware. A stream of live changes is
    still sent by the event loop and holds no thread.
    """

    def __init__(self) -> None:
        super().__init__()
        crew = ThreadPoolExecutor(THREADS, thread_name_prefix="request")
        self._answer: Any = sync_to_async(self._work, thread_sensitive=False, executor=crew)

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        response: HttpResponseBase = await self._answer(request)
        return response

    def _work(self, request: HttpRequest) -> HttpResponseBase:
        """In a thread of the crew, whose connection Django's signals do not reach."""
        close_old_connections()
        try:
            return self.get_response(request)
        finally:
            close_old_connections()


django.setup(set_prefix=False)
application = CrewHandler()
