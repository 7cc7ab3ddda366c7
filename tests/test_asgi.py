"""The web process: one crossing from the event loop to a thread, and back with the page."""

import asyncio
from inspect import iscoroutinefunction

from asgiref.testing import ApplicationCommunicator

from config.asgi import application


def test_middleware_and_view_run_in_one_go():
    assert not iscoroutinefunction(application._middleware_chain)


def test_a_page_is_served_and_an_unknown_one_is_not_found(transactional_db):
    assert asyncio.run(status_of("/account/login/")) == 200
    assert asyncio.run(status_of("/no-such-page/")) == 404


async def status_of(path):
    scope = {"type": "http", "method": "GET", "path": path, "query_string": b""}
    headers = [(b"host", b"localhost")]
    asked = ApplicationCommunicator(application, scope | {"headers": headers})
    await asked.send_input({"type": "http.request", "body": b""})
    answer = await asked.receive_output(timeout=60)
    await asked.wait()
    return answer["status"]
