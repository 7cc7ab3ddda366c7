"""Which broker there is to set right, out of BROKER_ADMIN; and setting it right. Knows no table.

mqtt://user:password@host:port   mosquitto with dynamic security (mqtts:// as for BROKER_URL)
files:/directory                 password and access files for any other mosquitto
nothing                          a broker that others look after
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from access.broker import dynsec, files
from access.broker.plan import Outcome
from access.broker.wanted import Wanted
from access.mqtt import Address, Control, ControlError

FILES = "files:"


class BrokerError(Exception):
    """It could not be done; the text says why, for staff."""


class Backend(Protocol):
    """One kind of broker. It blocks its caller, for seconds at worst."""

    def reconcile(self, wanted: Wanted) -> Outcome:
        """Make the broker hold just this. Raises BrokerError."""
        ...


@dataclass(frozen=True, slots=True)
class DynamicSecurity:
    """Talks to the plugin as the user in `url`, whose own client is never touched."""

    url: str

    def reconcile(self, wanted: Wanted) -> Outcome:
        administrator = Address.of(self.url).username or ""
        if administrator in wanted:
            raise BrokerError(f"BROKER_ADMIN and BROKER_URL name one user, {administrator}.")
        try:
            with Control(self.url) as control:
                return dynsec.reconcile(wanted, control.ask, {administrator})
        except (ControlError, dynsec.Unreadable) as error:
            raise BrokerError(str(error)) from error


@dataclass(frozen=True, slots=True)
class Files:
    """Writes two files into a directory that mosquitto may read."""

    directory: Path

    def reconcile(self, wanted: Wanted) -> Outcome:
        try:
            return files.reconcile(wanted, self.directory)
        except (OSError, UnicodeDecodeError) as error:
            raise BrokerError(str(error)) from error


def backend_of(setting: str) -> Backend | None:
    """Raises ValueError where BROKER_ADMIN names no broker."""
    if not setting:
        return None
    if setting.startswith(FILES):
        return Files(Path(setting.removeprefix(FILES)))
    Address.of(setting)
    return DynamicSecurity(setting)


def users_of(*settings: str) -> set[str]:
    """The users that BROKER_URL and BROKER_ADMIN name."""
    addresses = [Address.of(url) for url in settings if url and not url.startswith(FILES)]
    return {address.username for address in addresses if address.username}
