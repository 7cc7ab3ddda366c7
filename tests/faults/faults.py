"""The faults, each done to a site and proven to be. Knows nothing of what must follow."""

import signal
import socket
import time
from contextlib import closing
from datetime import UTC, datetime

import psutil

from tests.faults.cells import AWAY, FIN, PAUSE
from tests.faults.site import Hog, Slowly, tell

DELAY = 0.7
HOUR = 3600


class Faults:
    """What may happen to the site of a play, which looks on meanwhile."""

    def __init__(self, play):
        self.play, self.site, self.part = play, play.site, play.scene.part

    def happen(self, fault):
        """Let it happen, and be over; in a word, how it is known that it was there."""
        own = getattr(self, f"_{self.part.lower()}_{fault}", None)
        return own() if own else getattr(self, f"_{fault}")()

    # --- processes ----------------------------------------------------------------------------

    def _killed(self):
        gone = self.site.kill(self.part)
        if self.part == "device":
            time.sleep(AWAY)  # there is nothing to look at
        else:
            self.play.watch(AWAY, tapping=True)
        self.site.bring_back(self.part)
        return f"kill -9, {self._others_than(gone)}"

    def _restarted(self):
        gone = self.site.kill(self.part)
        self.site.bring_back(self.part)
        self.play.watch(16, tapping=True)
        return f"kill -9, {self._others_than(gone)}"

    def _others_than(self, gone):
        """Those that are there now are not those that were."""
        here = self.site.processes(self.part)
        assert here, "nobody came back"
        assert not set(here) & set(gone), "some of them never died"  # psutil compares start times
        return f"processes: {len(gone)}"

    def _paused(self):
        hit = self.site.processes(self.part)
        tell(hit, signal.SIGSTOP)
        time.sleep(0.1)  # until they have
        worked = _seconds_worked(hit)
        self.play.asleep = self.part == "device"
        self.play.watch(PAUSE, tapping=True)
        assert {process.status() for process in hit} == {psutil.STATUS_STOPPED}
        assert _seconds_worked(hit) == worked, "it worked while it stood still"
        tell(hit, signal.SIGCONT)
        self.play.asleep = False
        return f"stopped, using no CPU; processes: {len(hit)}"

    def _slow(self):
        slowly = Slowly(lambda: self.site.processes(self.part))
        return f"stopped for {self._meanwhile(slowly):.0%} of the time"

    def _meanwhile(self, slowly):
        """What goes on while it is slow must also be reached; the share of time it was slow in."""
        began = time.monotonic()
        with closing(slowly):
            self._look_on()
        share = slowly.seconds / (time.monotonic() - began)
        assert share > 0.6, f"slow for no more than {share:.0%} of the time"
        return share

    def _look_on(self):
        self.play.watch(20, tapping=True)
        self.play.watch(20, self.play.is_settled)
        self.play.judge_lockout()

    # --- SQLite -------------------------------------------------------------------------------

    def _sqlite_paused(self):
        hog = Hog(self.site.file, held=PAUSE, every=PAUSE)
        with closing(hog):
            self.play.watch(PAUSE - 1, tapping=True)
        assert hog.seconds > PAUSE - 2, f"locked for {hog.seconds:.1f} s only"
        return f"locked for {hog.seconds:.0f} s"

    def _sqlite_slow(self):
        hog = Hog(self.site.file, held=0.8, every=1.0)
        return f"locked for {self._meanwhile(hog):.0%} of the time"

    # --- the network --------------------------------------------------------------------------

    def _network_killed(self):
        return self._without_network(AWAY)

    def _network_restarted(self):
        proof = self._without_network(2)
        self.play.watch(16, tapping=True)
        return proof

    def _without_network(self, seconds):
        network = self.site.network
        network.cut()
        carried = network.carried
        self.play.watch(seconds, tapping=True)
        assert network.carried == carried, "something got through"
        assert network.refused, "nobody tried"
        network.mend()
        return f"no byte carried, {network.refused} connections refused"

    def _network_paused(self):
        network = self.site.network
        network.stall()
        time.sleep(0.1)
        carried, stood = network.carried, network.connections
        self.play.watch(PAUSE, tapping=True)
        assert network.carried == carried, "something got through"
        assert stood >= len(FIN), "there were no connections to hold up"
        network.mend()
        return f"no byte carried on {stood} connections"

    def _network_slow(self):
        network = self.site.network
        network.delay = DELAY
        self._look_on()
        network.mend()
        assert min(network.lags) >= DELAY
        return f"{len(network.lags)} pieces took {DELAY} s and more, each way"

    # --- clocks -------------------------------------------------------------------------------

    def _clock(self):
        clock = self.site.clocks[self.part]
        clock.put_forward(HOUR)
        self.play.watch(FIN["grace"] + 4, tapping=True)
        ahead = getattr(self, f"_{self.part.lower()}_ahead")()
        assert abs(ahead - HOUR) < HOUR / 10, f"it was {ahead:.0f} s ahead"
        clock.put_forward(0)
        return f"it said it was {ahead:.0f} s ahead"

    def _gatekeeper_ahead(self):
        return max(self.site.do("record")["jumps"])

    def _postgresql_ahead(self):
        return self.site.do("ask_the_time")

    def _broker_ahead(self):
        """Its log begins each line with the time, and has one of each connection."""
        socket.create_connection(("127.0.0.1", self.site.port)).close()
        time.sleep(0.5)
        line = (self.site.directory / "broker.log").read_text().splitlines()[-1]
        return int(line.partition(":")[0]) - time.time()

    def _device_ahead(self):
        noted = datetime.fromisoformat(self.play.eyes["idle"].status["log"][-1]["at"])
        return (noted - datetime.now(UTC)).total_seconds()


def _seconds_worked(processes):
    return [process.cpu_times()[:2] for process in processes]
