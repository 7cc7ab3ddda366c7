"""The log of everything that happened at a machine. Rows are only ever added."""

from django.db import models
from django.db.models import Q

from access.models.device import Device


class AccessEvent(models.Model):
    """One line. It holds ids and no names, so that a person can be anonymised under it."""

    device = models.ForeignKey(
        Device, on_delete=models.PROTECT, null=True, related_name="events"
    )  # NULL: a topic that names no device of ours
    at = models.DateTimeField()
    # tap, state, hello, boot, session, key, broker, alarm, dropped
    kind = models.CharField(max_length=20)
    boot = models.CharField(max_length=16, blank=True)
    nonce = models.CharField(max_length=24, blank=True)
    badge_hash = models.BinaryField(max_length=32, null=True)
    member_id = models.BigIntegerField(null=True)
    machine_id = models.BigIntegerField(null=True)
    sid = models.CharField(max_length=40, blank=True)  # whatever a device may say on the wire
    ok = models.BooleanField(null=True)
    code = models.CharField(max_length=40, blank=True)
    detail = models.JSONField(default=dict)
    answer = models.BinaryField(null=True)  # the recorded answer, dropped after ten minutes
    number = models.BigIntegerField(null=True)  # its place in the device's chain; NULL: not sealed
    prev_seal = models.BinaryField(max_length=32, null=True)
    seal = models.BinaryField(max_length=32, null=True)  # SHA-256 over prev_seal and this line

    class Meta:
        indexes = [
            models.Index(fields=["device", "id"], name="access_event_of_device"),
            models.Index(fields=["machine_id", "at"], name="access_event_of_machine"),
            # whether somebody tries PINs
            models.Index(
                fields=["member_id", "at"],
                condition=Q(code="wrong-pin"),
                name="access_event_wrong_pin",
            ),
            # whether a button or a hello is on record
            models.Index(
                fields=["device", "boot", "nonce"],
                condition=Q(kind__in=("button", "hello")),
                name="access_event_said_once",
            ),
            # whose answers are old enough to be dropped
            models.Index(
                fields=["at"], condition=Q(answer__isnull=False), name="access_event_answered"
            ),
            # the sealer: what is not sealed yet
            models.Index(fields=["id"], condition=Q(seal=None), name="access_event_unsealed"),
        ]
        constraints = [
            # one tap is decided once, for good
            models.UniqueConstraint(fields=["device", "number"], name="access_event_chain"),
            models.UniqueConstraint(
                fields=["device", "boot", "nonce"],
                condition=Q(kind="tap"),
                name="access_event_one_per_nonce",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"
