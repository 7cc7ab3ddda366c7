"""The one line to the mail server: opened once for a round, and again after it broke."""

import smtplib
import time
from types import TracebackType
from typing import Self

from django.core.mail import EmailMessage, get_connection

# Seconds after which a round begins no further letter. The queue kills a job after 60, and one
# letter at a server that is just not too slow takes several times EMAIL_TIMEOUT.
PATIENCE = 20
CLOSING = 421  # service not available, closing transmission channel (RFC 5321 section 4.2.2)


class Unreachable(Exception):
    """The server does not answer, or does not let us in: no letter's fault."""


def words_of(error: Exception) -> str:
    """What the mail server or the network said, for staff."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "; ".join(_answer(code, words) for code, words in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return _answer(error.smtp_code, error.smtp_error)
    return str(error)


def _answer(code: int, words: bytes | str) -> str:
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    return f"{code} {text}"


class Line:
    def __init__(self) -> None:
        self._connection = get_connection()
        self._until = time.monotonic() + PATIENCE

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._hang_up()

    @property
    def has_time(self) -> bool:
        return time.monotonic() < self._until

    def ready(self) -> None:
        """Open where it is not; raises Unreachable."""
        try:
            self._connection.open()
        except OSError as error:  # smtplib's errors, too
            self._hang_up()
            raise Unreachable(f"mail server: {words_of(error)}") from error

    def send(self, message: EmailMessage) -> None:
        """Hand one letter over; raises what the server or the network says against it."""
        try:
            self._connection.send_messages([message])
        except smtplib.SMTPRecipientsRefused as error:
            if any(code == CLOSING for code, _words in error.recipients.values()):
                self._hang_up()
            raise
        except Exception:
            self._hang_up()
            raise

    def _hang_up(self) -> None:
        try:
            self._connection.close()
        except OSError:
            self._connection = get_connection()
