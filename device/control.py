"""The control port of a simulated device: a line of JSON in, a line of JSON out. Knows no rule.

It stands in for hands, cables and badges, so it listens on loopback only.
"""

import json
import socket
from collections.abc import Callable
from typing import Any

Command = Callable[[dict[str, Any]], dict[str, Any]]

LONGEST_LINE = 4096


class Control:
    """A non-blocking TCP server; `work` serves whoever has sent a line."""

    def __init__(self, host: str, port: int) -> None:
        self._server = socket.create_server((host, port))
        self._server.setblocking(False)
        self._pending: dict[socket.socket, bytes] = {}

    @property
    def address(self) -> tuple[str, int]:
        host, port = self._server.getsockname()[:2]
        return host, port

    def sockets(self) -> list[socket.socket]:
        """What to select on for reading."""
        return [self._server, *self._pending]

    def work(self, command: Command) -> None:
        """Accept, read, answer; returns at once when there is nothing to do."""
        self._accept()
        for connection in list(self._pending):
            self._read(connection, command)

    def close(self) -> None:
        for connection in (self._server, *self._pending):
            connection.close()
        self._pending.clear()

    def _accept(self) -> None:
        try:
            connection, _ = self._server.accept()
        except OSError:  # nobody there, or gone again
            return
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.setblocking(False)
        self._pending[connection] = b""

    def _read(self, connection: socket.socket, command: Command) -> None:
        try:
            received = connection.recv(LONGEST_LINE)
        except BlockingIOError:
            return
        except OSError:
            received = b""
        *lines, rest = (self._pending[connection] + received).split(b"\n")
        if not received or len(rest) > LONGEST_LINE or not self._answer(connection, lines, command):
            del self._pending[connection]
            connection.close()
        else:
            self._pending[connection] = rest

    def _answer(self, connection: socket.socket, lines: list[bytes], command: Command) -> bool:
        """Whether the other end took all answers; one that does not read is hung up on."""
        for line in lines:
            answer = json.dumps(_answered(line, command)) + "\n"
            try:
                connection.sendall(answer.encode())
            except OSError:
                return False
        return True


def _answered(line: bytes, command: Command) -> dict[str, Any]:
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError):
        return {"error": "a command is one line of JSON"}
    if not isinstance(asked, dict):
        return {"error": "a command is a JSON object"}
    return command(asked)
