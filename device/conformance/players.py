"""Simulated devices that tap badges at a server, one after the other, and say what came back."""

import socket
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from device.box import Box
from device.client import Address
from device.control import Command
from wire.memory import Config

CONNECT_WAIT = 20.0
ANSWER_WAIT = 7.0  # the device gives up after five


def play(
    stem: str, count: int, where: Address, badges: Sequence[str], say: Callable[[str], None]
) -> bool:
    """Devices stem-1 to stem-count tap each badge; whether every tap was answered."""
    players = [Player(f"{stem}-{number}", where, badges, say) for number in range(1, count + 1)]
    threads = [threading.Thread(target=player.run) for player in players]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return all(player.answered == len(badges) for player in players)


class Player:
    """One device and the hands at it; stands where a control port would."""

    def __init__(
        self, name: str, where: Address, badges: Sequence[str], say: Callable[[str], None]
    ) -> None:
        self.name = name
        self.answered = 0
        self._say = say
        self._badges = list(badges)
        self._tapped: str | None = None
        self._deadline = time.monotonic() + CONNECT_WAIT
        self._box = Box(Config(name), where, machine_ma=0)

    def run(self) -> None:
        self._box.run(self)

    def sockets(self) -> list[socket.socket]:
        return []

    def work(self, command: Command) -> None:
        status = command({"do": "status"})
        if self._tapped is not None:
            self._await_answer(status, command)
        elif status["connected"]:
            self._tap_next(command)
        elif time.monotonic() > self._deadline:
            self._say(f"{self.name}  no connection to the broker")
            self._box.stop()

    def _tap_next(self, command: Command) -> None:
        if not self._badges:
            self._box.stop()
            return
        self._tapped = self._badges.pop(0)
        self._deadline = time.monotonic() + ANSWER_WAIT
        command({"do": "tap", "badge": self._tapped})

    def _await_answer(self, status: dict[str, Any], command: Command) -> None:
        answer = status["answer"]
        if answer is not None:
            self.answered += 1
            what = f"{answer['code']}: {answer['text']} ({answer['ms']} ms)"
        elif time.monotonic() > self._deadline:
            what = "no answer"
        else:
            return
        self._say(f"{self.name}  {self._tapped}  {what}")
        self._tapped = None
        command({"do": "press", "button": "stop"})  # free for the next badge
