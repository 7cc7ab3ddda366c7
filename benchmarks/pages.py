"""Pages asked of Django in this process, without a network: server time and statements."""

import time

from benchmarks.figures import Figure, quantile

TIMES = 40


def measured(what: str, path: str, cookie: str = "", limit: float | None = None) -> list[Figure]:
    """The median milliseconds of a page, how much of it was CPU, and its number of statements."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(headers={"Cookie": cookie}, SERVER_NAME="localhost")
    took, worked = [], []
    for _time in range(TIMES):
        began, worked_before = time.perf_counter(), time.process_time()
        response = client.get(path)
        took.append((time.perf_counter() - began) * 1000)
        worked.append((time.process_time() - worked_before) * 1000)
        if response.status_code != 200:
            raise RuntimeError(f"{path} answered {response.status_code}")
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    return [
        Figure(f"{what}, p50", quantile(took[5:], 0.5), "ms", limit),
        Figure(f"{what}, of that CPU", quantile(worked[5:], 0.5), "ms"),
        Figure(f"{what}, statements", len(queries), ""),
    ]
