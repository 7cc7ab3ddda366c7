"""What must hold in a makerspace, scene by scene, each on a machine of its own.

Scenes that wait for a clock play side by side; those that take a process away play alone, last.
"""

import re
import time
import zoneinfo
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

from demo import workshop
from demo.control import Remote, Status, ask, brief, processes
from demo.report import Measured, Report, Unexpected, expect
from demo.visitor import Visitor
from demo.workshop import BADGES, PASSWORD

LEASE = 30  # seconds a machine may stay on without a word from the gatekeeper (docs/protocol.md)
ZONE = zoneinfo.ZoneInfo(workshop.ZONE)
FEED = re.compile(r"/feeds/[^\s\"<]+\.ics")
UNKNOWN = "04D1B2C3D4E580"
ALICE, BEA, CHARLIE = BADGES["Alice"], BADGES["Bea"], BADGES["Charlie"]


def play(directory: Path, report: Report) -> None:
    """Plays all scenes; what fails stands in the report, and ends its scene only."""
    stage = Stage(directory, report)
    if not stage.safely(stage.everybody_arrives):
        return
    at_once = [stage.main_job, stage.time_runs_out, stage.job_goes_on, stage.walk_up]
    with ThreadPoolExecutor(len(at_once)) as pool:
        list(pool.map(stage.safely, at_once))
    stage.safely(stage.broker_restarts)
    stage.safely(stage.gatekeeper_dies)


class Stage:
    """The running site, the devices in it, and where to report."""

    def __init__(self, directory: Path, report: Report) -> None:
        running = processes(directory)
        self.base_url: str = running["base_url"]
        self.supervisor: int = running["control"]
        self.devices = {name: Remote(name, port) for name, port in running["devices"].items()}
        self.step = report.step

    def safely(self, scene: Callable[[], None]) -> bool:
        """Whether all its steps held; the one that did not has been reported."""
        try:
            scene()
        except Exception:
            return False
        return True

    # --- the scenes ---------------------------------------------------------------------------

    def everybody_arrives(self) -> None:
        with self.step("every device reaches the broker"):
            for device in self.devices.values():
                patiently(lambda: device.until(lambda now: now["connected"], 20))  # noqa: B023
        with self.step("an unknown badge: refused, so the gatekeeper is there") as seen:
            answer = patiently(lambda: self.devices["saw"].tap(UNKNOWN))
            self.refused(answer, "unknown-badge", seen)

    def main_job(self) -> None:
        """A member books, taps and works; nobody else does; staff can stop it."""
        mill = self.devices["mill"]
        with self.step("uncertified: refused") as seen:
            self.refused(mill.tap(CHARLIE), "not-certified", seen)
        with self.step("certified, not booked: refused") as seen:
            self.refused(mill.tap(BEA), "not-booked", seen)

        alice = Visitor(self.base_url)
        with self.step("Alice signs in and books the mill over HTTP"):
            self.sign_in(alice, "Alice")
            self.book(alice, "mill")
        with self.step("certified and booked: granted, relay on") as seen:
            self.granted(mill, mill.tap(ALICE), seen)
        with self.step("a stranger's tap: in-use, session untouched") as seen:
            self.refused(mill.tap(BEA), "in-use", seen)
            expect(mill.do("status")["relay"], "the relay went off")
        with self.step(
            "staff lock the mill out, stop at once: relay off in under a second"
        ) as seen:
            seen.ms = took = self.lock_out("mill")
            expect(took < 1000, f"took {took:.0f} ms")
        with self.step("Alice's calendar feed parses and holds the booking") as seen:
            seen.heard = self.feed_entry(alice)

    def time_runs_out(self) -> None:
        """A class without finishing time is cut at the end of the booking."""
        lathe, left = self.devices["lathe"], 6
        workshop.book("lathe", datetime.now(UTC), left)
        ends = time.monotonic() + left
        with self.step("booking about to end: granted") as seen:
            self.granted(lathe, lathe.tap(ALICE), seen)
        lathe.do("start")
        with self.step("booking ends while it runs (fin = 0): locked") as seen:
            lathe.until(lambda now: now["st"] == "locked" and not now["relay"], left + 5)
            seen.ms = (time.monotonic() - ends) * 1000
            seen.heard = "from the end of the booking, in whole seconds of the device"
            expect(-2000 < seen.ms < 1000, "not at the end of the booking")

    def job_goes_on(self) -> None:
        """A class with finishing time lets the job end, and no new one begin."""
        printer, left = self.devices["printer"], 7
        workshop.book("printer", datetime.now(UTC), left)
        with self.step("booking about to end on a class with finishing time: granted") as seen:
            self.granted(printer, printer.tap(ALICE), seen)
        with self.step("it draws current: running") as seen:
            printer.do("start")
            printer.until(lambda now: now["st"] == "running", 5)
        with self.step("booking ends while it runs (fin > 0): GRACE, relay still on") as seen:
            grace = printer.until(lambda now: now["st"] == "grace", left + 5)
            expect(grace["relay"], brief(grace))
            seen.heard = brief(grace)
        with self.step("job done: locked"):
            printer.do("finish")
            printer.until(lambda now: now["st"] == "locked" and not now["relay"], 5)

    def walk_up(self) -> None:
        """A free machine of a walk-up class is booked by the tap itself."""
        drill = self.devices["drill"]
        with self.step("walk-up: a tap on a free machine books it and unlocks") as seen:
            self.granted(drill, drill.tap(BEA), seen)
        with self.step("the walk-up stands among Bea's bookings"):
            bea = Visitor(self.base_url)
            self.sign_in(bea, "Bea")
            expect("Drill" in bea.get("/bookings/").text, "her bookings do not show the drill")

    def broker_restarts(self) -> None:
        """Neither the broker's return nor a device's energises anything."""
        router, drill = self.devices["router"], self.devices["drill"]
        workshop.book("router", datetime.now(UTC), 600)
        with self.step("before the broker fails: granted") as seen:
            self.granted(router, router.tap(ALICE), seen)
        in_use = drill.do("status")["relay"]
        with self.step("broker killed; the router loses power meanwhile and boots locked"):
            self.kill("broker")
            router.until(lambda now: not now["connected"], 20)
            router.do("reboot")
            expect(router.do("status")["st"] == "locked", brief(router.do("status")))
        with self.step("broker back, all connected: nothing energises by itself") as seen:
            self.start("broker")
            self.stays_off(router, seconds=4)
            router.until(lambda now: now["connected"], 10)
            after = drill.do("status")
            expect(after["relay"] == in_use, f"was {in_use}; {brief(after)}")
        with self.step("and a new tap is answered as before") as seen:
            self.granted(router, self.tap_again(router, ALICE), seen)

    def gatekeeper_dies(self) -> None:
        """Without renewals a machine locks by its own clock, as the drill that Bea still has on."""
        drill = self.devices["drill"]
        with self.step(f"gatekeeper killed -9: relay off within the lease of {LEASE} s") as seen:
            expect(drill.do("status")["relay"], "no machine is on")
            killed = time.monotonic()
            self.kill("gatekeeper")
            drill.until(lambda now: not now["relay"], LEASE + 1)
            seen.ms = (time.monotonic() - killed) * 1000
            expect(seen.ms > 1000, "the relay went off for another reason")
        with self.step("a tap meanwhile: still locked"):
            status = drill.do("tap", badge=BEA)
            expect(not status["relay"], brief(status))

    # --- what people do -----------------------------------------------------------------------

    def sign_in(self, visitor: Visitor, name: str) -> None:
        page = visitor.sign_in(workshop.email(name), PASSWORD)
        expect("/account/" not in page.url, f"{name} cannot sign in: {page.status} {page.url}")

    def book(self, visitor: Visitor, machine: str) -> None:
        """The first full minute from now, in the space's time, as the form asks for it."""
        starts = datetime.now(ZONE) + timedelta(minutes=1)
        fields = {"starts": f"{starts:%Y-%m-%dT%H:%M}", "minutes": 30}
        page = visitor.submit(f"/machines/{machine}/book/", fields)
        expect(not page.url.endswith("/book/"), f"not booked: {page.status} {page.errors}")

    def lock_out(self, machine: str) -> float:
        """Milliseconds from sending the form to the machine being off."""
        dana = Visitor(self.base_url)
        self.sign_in(dana, "Dana")
        sent = time.monotonic()
        fields = {"why": "Belt is torn", "mode": "stop"}
        page = dana.submit(f"/machines/{machine}/lock-out/", fields)
        expect(not page.url.endswith("/lock-out/"), f"not locked out: {page.errors}")
        self.devices[machine].until(lambda now: not now["relay"], 5)
        return (time.monotonic() - sent) * 1000

    def feed_entry(self, alice: Visitor) -> str:
        """Fetches the personal feed as a calendar app does, without cookies; the booking's line."""
        import icalendar

        page = alice.submit("/calendar/new/", {"what": "mine", "privacy": 3})
        address = FEED.search(page.text)
        if address is None:
            raise Unexpected("her calendar page shows no feed")
        feed = Visitor(self.base_url).get(address[0])
        events = icalendar.Calendar.from_ical(feed.text).walk("VEVENT")
        mine = [event for event in events if "Mill" in str(event["SUMMARY"])]
        expect(len(mine) == 1, f"{len(events)} events, {len(mine)} of them the mill's")
        return f"{mine[0]['SUMMARY']}, {mine[0].decoded('DTSTART'):%d %b %H:%M %Z}"

    # --- what devices show --------------------------------------------------------------------

    def granted(self, device: Remote, answer: Status, seen: Measured) -> None:
        expect(answer["ok"], f"{answer['code']}: {answer['text']}")
        on = device.until(lambda now: now["relay"], 2)
        expect(on["st"] in ("armed", "running"), brief(on))
        seen.ms, seen.heard = answer["ms"], answer["text"]

    def refused(self, answer: Status, code: str, seen: Measured) -> None:
        expect(not answer["ok"] and answer["code"] == code, f"{answer['code']}: {answer['text']}")
        seen.ms, seen.heard = answer["ms"], f"{answer['code']}: {answer['text']}"

    def stays_off(self, device: Remote, seconds: float) -> None:
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            status = device.do("status")
            expect(not status["relay"], brief(status))
            time.sleep(0.02)

    def tap_again(self, device: Remote, badge: str) -> Status:
        """Taps until the session before is proven over, as the person at the machine would."""
        for _attempt in range(4):
            answer = device.tap(badge)
            if answer["code"] != "machine-finishing":
                break
        return answer

    # --- what happens to processes ------------------------------------------------------------

    def kill(self, name: str) -> None:
        ask(self.supervisor, "kill", name=name)

    def start(self, name: str) -> None:
        ask(self.supervisor, "start", name=name)


def patiently(attempt: Callable[[], Status], seconds: float = 30) -> Status:
    """What the attempt returns as soon as nobody is missing: processes take a while to start."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return attempt()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
