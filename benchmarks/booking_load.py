"""The browsers of the booking benchmark, in a process of their own.

python -m benchmarks.booking_load reads its plan as JSON and prints what it saw as JSON.
"""

import http.client
import itertools
import json
import re
import sys
import threading
import time
from typing import Any
from urllib.parse import urlencode

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Browser:
    """One connection that is kept, and a new person for each booking."""

    def __init__(self, plan: dict[str, Any], people: Any, slots: Any) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", plan["port"], timeout=30)
        self._people, self._slots = people, slots
        self._token, self._csrf = self._read_form(next(people), next(slots)[0])

    def book(self) -> tuple[bool, float]:
        """Whether the form led on to the booking, and the milliseconds of the request."""
        machine, starts = next(self._slots)
        form = {"csrfmiddlewaretoken": self._token, "starts": starts, "minutes": 30}
        headers = {
            "Cookie": f"{next(self._people)}; csrftoken={self._csrf}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        began = time.perf_counter()
        self._connection.request("POST", f"/machines/{machine}/book/", urlencode(form), headers)
        answer = self._connection.getresponse()
        answer.read()
        took = (time.perf_counter() - began) * 1000
        return answer.status == 302 and "login" not in answer.headers["Location"], took

    def _read_form(self, person: str, machine: str) -> tuple[str, str]:
        self._connection.request("GET", f"/machines/{machine}/book/", headers={"Cookie": person})
        answer = self._connection.getresponse()
        token = TOKEN.search(answer.read().decode())
        if token is None:
            raise LookupError(f"the booking page shows no form: {answer.status}")
        cookie = answer.headers["Set-Cookie"]
        return token[1], cookie.split("csrftoken=")[1].split(";")[0]


class Together:
    """Several browsers at once until the time is over."""

    def __init__(self) -> None:
        self.booked, self.failed = 0, 0
        self._lock = threading.Lock()

    def work(self, browser: Browser, until: float) -> None:
        while time.perf_counter() < until:
            ok, _ms = browser.book()
            with self._lock:
                self.booked += ok
                self.failed += not ok


def main(plan: dict[str, Any]) -> dict[str, Any]:
    people, slots = itertools.cycle(plan["cookies"]), iter(plan["slots"])
    browsers = [Browser(plan, people, slots) for _ in range(plan["clients"])]
    warm_up = [browsers[0].book() for _ in range(20)]
    alone = [browsers[0].book() for _ in range(plan["alone"])]
    together, began = Together(), time.perf_counter()
    until = began + plan["seconds"]
    threads = [threading.Thread(target=together.work, args=(b, until)) for b in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {
        "warm_up": sum(ok for ok, _ms in warm_up),
        "alone": [ms for ok, ms in alone if ok],
        "together": together.booked,
        "seconds": time.perf_counter() - began,
        "failed": together.failed + sum(not ok for ok, _ms in [*warm_up, *alone]),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.load(sys.stdin))))
