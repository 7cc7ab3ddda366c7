"""The boxes on the wire: badge readers and interlocks, often one box, and what they last said."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from equipment.models import Machine
from members.models import Member, Space


class Device(models.Model):
    """One box. Its name is its topic, its user name and its client id (docs/protocol.md)."""

    class Profile(models.TextChoices):
        NATIVE = "native", _("speaks protocol v1")
        STOCK = "stock", _("stock firmware")

    name = models.CharField(
        max_length=32, unique=True, validators=[RegexValidator(r"\A[a-z0-9-]{1,32}\Z")]
    )
    space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="devices")
    machine = models.ForeignKey(
        Machine, on_delete=models.PROTECT, null=True, blank=True, related_name="devices"
    )  # NULL: not attached, and so powerless
    profile = models.CharField(max_length=8, choices=Profile.choices, default=Profile.NATIVE)
    is_reader = models.BooleanField(default=True)
    is_interlock = models.BooleanField(default=True)
    is_enrolment = models.BooleanField(default=False)  # its unknown badges are shown to staff
    revoked_at = models.DateTimeField(null=True, blank=True)

    # observed; display and diagnosis only, except boot and n, which order what a device says
    online = models.BooleanField(default=False)
    seen_at = models.DateTimeField(null=True, blank=True)
    boot = models.CharField(max_length=16, blank=True)  # the current one (PROTOCOL amendment 15)
    n = models.BigIntegerField(default=0)  # newest state of that boot
    up = models.BigIntegerField(default=0)  # newest second of that boot; what is older is stale
    sync_id = models.CharField(max_length=40, blank=True)  # the newest question, not yet echoed
    sync_boot = models.CharField(max_length=16, blank=True)  # the boot that was asked
    state = models.CharField(max_length=8, blank=True)  # locked, armed, running, grace, fault
    relay = models.BooleanField(default=False)
    ma = models.PositiveBigIntegerField(null=True, blank=True)  # on the wire a uint32
    fault = models.CharField(max_length=40, blank=True)
    firmware = models.CharField(max_length=64, blank=True)
    model = models.CharField(max_length=64, blank=True)
    last_error = models.CharField(max_length=200, blank=True)
    last_error_at = models.DateTimeField(null=True, blank=True)
    messages_dropped = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["machine"],
                condition=Q(is_interlock=True, revoked_at=None),
                name="access_device_one_interlock",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Candidate(models.Model):
    """An unknown badge tapped at an enrolment reader, waiting for staff to say whose it is.

    The number is sealed like a badge's; the row is worthless after a day and then removed.
    """

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="candidates")
    number_hash = models.BinaryField(max_length=32)
    number_sealed = models.BinaryField()
    hint = models.CharField(max_length=4)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    taps = models.PositiveSmallIntegerField(default=1)
    assigned_to = models.ForeignKey(Member, on_delete=models.CASCADE, null=True, related_name="+")

    class Meta:
        ordering = ["-last_at"]
        constraints = [
            models.UniqueConstraint(fields=["device", "number_hash"], name="access_candidate_once"),
        ]

    def __str__(self) -> str:
        return f"…{self.hint}"
