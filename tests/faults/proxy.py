"""A stretch of network that can be cut, held up and slowed down. Knows nothing of MQTT."""

import contextlib
import socket
import threading
import time
from collections import deque


class Network:
    """Listens on `port` and carries bytes to `target` and back, as it is told to."""

    def __init__(self, target):
        self.target = target
        self.delay = 0.0
        self.lags = []  # seconds that each piece took, since it is slow
        self.carried = self.refused = 0  # bytes; connections, while it was cut
        self._flowing = threading.Event()
        self._flowing.set()
        self._pairs = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._cut = False
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self):
        """Nothing gets through, and everybody notices."""
        self._cut = True
        for pair in self._pairs:
            for sock in pair:
                _close(sock)
        self._pairs.clear()

    def mend(self):
        self._cut, self.delay = False, 0.0
        self._flowing.set()

    def stall(self):
        """Nothing gets through, and nobody notices."""
        self._flowing.clear()

    @property
    def connections(self):
        """How many stand, as far as those who made them know."""
        return sum(near.fileno() >= 0 for near, _far in self._pairs)

    def close(self):
        self.mend()
        _close(self._server)
        self.cut()

    def _accept(self):
        while True:
            try:
                near, _address = self._server.accept()
            except OSError:
                return
            if self._cut:
                self.refused += 1
                _close(near)
                continue
            try:
                far = socket.create_connection(("127.0.0.1", self.target), timeout=5)
            except OSError:
                _close(near)
                continue
            far.settimeout(None)
            self._pairs.append((near, far))
            for here, there in ((near, far), (far, near)):
                here.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=self._carry, args=(here, there), daemon=True).start()

    def _carry(self, here, there):
        """One way of one connection: a thread reads, another writes when it is time."""
        late = deque()
        over = threading.Event()
        threading.Thread(target=self._deliver, args=(late, there, over), daemon=True).start()
        with contextlib.suppress(OSError):
            while received := here.recv(65536):
                late.append((time.monotonic(), self.delay, received))
        over.set()

    def _deliver(self, late, there, over):
        with contextlib.suppress(OSError):
            while late or not over.is_set():
                if late and self._flowing.is_set() and sum(late[0][:2]) <= time.monotonic():
                    since, delay, received = late.popleft()
                    there.sendall(received)
                    self.carried += len(received)
                    if delay:
                        self.lags.append(time.monotonic() - since)
                else:
                    time.sleep(0.005)
        _close(there)


def _close(sock):
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
    sock.close()
