"""A real SMTP server on loopback (aiosmtpd), with the moods that servers have."""

import asyncio
import email
import email.policy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from demo.processes import free_port

ADDRESS = "127.0.0.1"


@dataclass
class Postman:
    """What arrived, and what is done about whom: `refuses` answers these addresses with 550."""

    refuses: set[str] = field(default_factory=set)
    tarries: float = 0  # seconds before the last answer, the letter being taken already
    hangs_up: int = 0  # so many times, in the middle of a letter
    connections: int = 0
    raw: list[bytes] = field(default_factory=list)

    @property
    def letters(self) -> list[EmailMessage]:
        return [email.message_from_bytes(each, policy=email.policy.default) for each in self.raw]  # type: ignore[arg-type,misc]

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, name: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = name
        return responses

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        if address in self.refuses:
            return "550 5.1.1 nobody here by that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.hangs_up:
            self.hangs_up -= 1
            server.transport.close()
            return "421 closing"
        assert isinstance(envelope.content, bytes)
        self.raw.append(envelope.content)
        await asyncio.sleep(self.tarries)
        return "250 taken"


@contextmanager
def running(postman: Postman, port: int = 0) -> Iterator[int]:
    """Serve until left; gives the port."""
    port = port or free_port()
    controller = Controller(postman, hostname=ADDRESS, port=port, ready_timeout=60)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()
