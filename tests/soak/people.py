"""Who taps, works, presses stop, locks out and looks at pages; and what they must never see."""

import http.client
import random
import time
from collections import Counter

from tests.hardware.scene import BADGES

TURN = (3.5, 6.5)  # seconds between two things that somebody does
ANSWER = 8.0  # seconds until nobody waits for one any more
AGAIN = 3600  # seconds of another booking
LATE = 1.0  # seconds that a relay may be seen on after its lease
READERS = {"mill": "mill", "router": "router-reader"}
PAGES = ("/", "/devices/", "/doors/", "/machines/", "/account/login/", "/bookings/")


class People:
    """`wrong` has what had no excuse."""

    def __init__(self, site, faults, say):
        self.site, self.faults, self.say = site, faults, say
        self.answers, self.pages, self.wrong = {}, Counter(), []
        self.taps = 0
        self._cookie = site.do("cookie")
        self._acts = (
            [self.tap_in] * 7 + [self.knock] * 2 + [self.look] * 3 + [self.work, self.finish] * 2
            + [self.try_it, self.play, self.stop, self.lock_out]
        )  # fmt: skip

    def turn(self):
        random.choice(self._acts)()
        self.watch(random.uniform(*TURN))

    def note(self, what, *, excused):
        self.say(what if excused else f"WRONG: {what}")
        if not excused:
            self.wrong.append(f"{time.strftime('%H:%M:%S')} {what}")

    # --- at the devices -----------------------------------------------------------------------

    def tap_in(self):
        """What is left of a booking that was finished early is given back: she books again."""
        machine = self.a_machine()
        if self.tap(READERS[machine], BADGES["alice"]) == "not-booked":
            self.site.do("book", machine, AGAIN)

    def knock(self):
        self.tap("door", BADGES["alice"])

    def try_it(self):
        """Charlie is not certified."""
        self.tap(READERS[self.a_machine()], BADGES["charlie"])

    def play(self):
        self.tap("mill", "04DEADBEEF")

    def work(self):
        self.do(self.a_machine(), "start", seconds=random.uniform(5, 40))

    def finish(self):
        self.do(self.a_machine(), "finish")

    def stop(self):
        self.do(READERS[self.a_machine()], "press", button="stop")

    def a_machine(self):
        return random.choice([*READERS])

    def do(self, name, what, **arguments):
        if box := self.site.boxes.get(name):
            box.do(what, **arguments)

    def tap(self, name, badge):
        """The code of the answer. Whoever had none though nothing is broken should have."""
        box = self.site.boxes.get(name)
        if box is None:
            return None
        self.taps += 1
        calm, before = self.faults.is_calm, box.do()["answer"]
        box.do("tap", badge=badge)
        end = time.monotonic() + ANSWER
        while time.monotonic() < end:
            answer = box.do()["answer"]
            if answer not in (None, before):
                self.answers[answer["nonce"]] = answer["code"]
                return answer["code"]
            time.sleep(0.05)
        self.note(f"no answer to a tap at {name}", excused=not calm)
        return None

    # --- elsewhere ----------------------------------------------------------------------------

    def lock_out(self):
        if random.random() < 0.15:
            self.site.do("lock_out", "router")
            self.watch(5)
            self.site.do("unlock")

    def look(self):
        """Dana looks at a page."""
        path, calm = random.choice(PAGES), self.faults.is_calm
        headers = {"Host": "localhost", "X-Forwarded-Proto": "https"}
        headers["Cookie"] = f"sessionid={self._cookie}"
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.site.web_port, timeout=20)
            connection.request("GET", path, headers=headers)
            status = connection.getresponse().status
            connection.close()
        except OSError as error:
            status = type(error).__name__
        self.pages[status] += 1
        if status not in (200, 302):
            self.note(f"{path} {status}", excused=not calm)

    # --- what must hold all the time ----------------------------------------------------------

    def watch(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for name, box in self.site.boxes.items():
                if name != "door" and is_late(box.do()) and is_late(status := box.do()):
                    self.note(f"{name} on after its lease: {status}", excused=False)
            time.sleep(0.5)


def is_late(status):
    """Whether a relay is on that its lease does not cover."""
    if not status["relay"] or status["st"] == "grace":
        return False
    return status["exp"] is None or status["up"] > status["exp"] + LATE
