"""The calendar apps of the feed benchmark, in a process of their own.

python -m benchmarks.feed_clients reads its plan as JSON and prints what it saw as JSON.
"""

import http.client
import itertools
import json
import sys
import threading
import time
from typing import Any


class App:
    """One connection that is kept, and another feed each time."""

    def __init__(self, port: int, feeds: Any) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._feeds = feeds
        self.unchanged, self.failed = 0, 0

    def fetch(self, path: str) -> str:
        self._connection.request("GET", path)
        answer = self._connection.getresponse()
        answer.read()
        return answer.headers["ETag"]

    def poll(self, until: float) -> None:
        while time.perf_counter() < until:
            path, tag = next(self._feeds)
            self._connection.request("GET", path, headers={"If-None-Match": tag})
            answer = self._connection.getresponse()
            answer.read()
            self.unchanged += answer.status == 304
            self.failed += answer.status != 304


def main(plan: dict[str, Any]) -> dict[str, Any]:
    first = App(plan["port"], None)
    feeds = itertools.cycle([(path, first.fetch(path)) for path in plan["paths"]])
    apps = [App(plan["port"], feeds) for _ in range(plan["clients"])]
    began = time.perf_counter()
    until = began + plan["seconds"]
    threads = [threading.Thread(target=app.poll, args=(until,)) for app in apps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {
        "unchanged": sum(app.unchanged for app in apps),
        "failed": sum(app.failed for app in apps),
        "seconds": time.perf_counter() - began,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.load(sys.stdin))))
