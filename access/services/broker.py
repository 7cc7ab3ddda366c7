"""Setting the broker right: read the devices, tell it the difference, write down what came of it.

May be killed at any moment and run twice at once: each round begins with what the broker holds.
"""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet

from access.adapters import speech_of
from access.broker.backends import Backend, BrokerError
from access.broker.plan import Outcome, Step
from access.broker.wanted import Client, Wanted, device_client, server_client, wanted
from access.models import AccessEvent, BrokerStatus, Device
from access.mqtt import Address
from access.services.credentials import password_at

MOST_TOLD = 20  # differences that are kept by name

_TOLD_BEFORE = Q(broker_told_at=None) | Q(broker_told_at__lte=F("revoked_at"))
_BEHIND = Q(credential_at__isnull=False) & (
    Q(revoked_at=None) & (Q(broker_told_at=None) | Q(broker_told_at__lt=F("credential_at")))
    | Q(revoked_at__isnull=False) & _TOLD_BEFORE
)


def broker_is_behind() -> bool:
    """Whether a device has a credential, or lost it, and the broker does not know."""
    return Device.objects.filter(_BEHIND).exists()


def thrown_out_next() -> QuerySet[Device]:
    """The revoked devices that the broker knows still."""
    return Device.objects.filter(_BEHIND, revoked_at__isnull=False)


def reconcile_broker(*, backend: Backend, now: datetime) -> Outcome:
    """One round. Raises BrokerError; it is on record then, and the next round begins anew."""
    behind = list(Device.objects.filter(_BEHIND))
    devices = list(Device.objects.filter(revoked_at=None, credential_at__isnull=False))
    try:
        outcome = backend.reconcile(wanted_of(devices))
    except BrokerError as error:
        _write_down(now, trouble=str(error))
        raise
    with transaction.atomic():
        _tell_devices(behind, outcome, now)
        _report(behind, outcome, now)
    return outcome


def wanted_of(devices: Iterable[Device]) -> Wanted:
    """The gatekeeper's own client, as BROKER_URL has it, and one for each device."""
    address = Address.of(settings.BROKER_URL)
    clients = [_client(device) for device in devices]
    if address.username and address.password:
        clients.append(server_client(address.username, address.password, clients))
    return wanted(clients)


def _client(device: Device) -> Client:
    speech = speech_of(device.speaks)
    return device_client(
        device.name,
        password_at(device),
        address=device.address,
        writes=speech.writes,
        reads=speech.reads,
    )


def _tell_devices(behind: list[Device], outcome: Outcome, now: datetime) -> None:
    """The broker knows of them as they were read; what changed meanwhile is for the next round."""
    for device in behind:
        row = Device.objects.filter(
            pk=device.pk, credential_at=device.credential_at, revoked_at=device.revoked_at
        )
        error = outcome.failed.get(device.name, "")
        if error:
            row.update(broker_error=error[:200])
        elif row.update(broker_told_at=now, broker_error=""):
            code = "let-in" if device.revoked_at is None else "kept-out"
            AccessEvent.objects.create(device=device, at=now, kind="broker", code=code)


def _report(behind: list[Device], outcome: Outcome, now: datetime) -> None:
    """What nobody here asked for and was different all the same was changed by somebody else."""
    first = not BrokerStatus.objects.filter(checked_at__isnull=False).exists()
    asked = {device.name for device in behind} | ({""} if behind else set())
    mended = [] if first else [_told(step) for step in outcome.done if step.subject not in asked]
    status: dict[str, object] = {"foreign": list(outcome.foreign)}
    if mended:
        status |= {"mended": mended[:MOST_TOLD], "mended_at": now}
        AccessEvent.objects.create(
            at=now, kind="alarm", code="broker-drift", detail={"mended": mended[:MOST_TOLD]}
        )
    trouble = "; ".join(f"{name}: {why}" for name, why in outcome.failed.items())
    _write_down(now, trouble=trouble, **({} if outcome.failed else {"checked_at": now}), **status)


def _told(step: Step) -> str:
    return f"{step.why} {step.subject}".rstrip()


def _write_down(now: datetime, *, trouble: str, **status: object) -> None:
    told = {"tried_at": now, "trouble": trouble[:200]} | status
    BrokerStatus.objects.update_or_create(pk=1, defaults=told)
