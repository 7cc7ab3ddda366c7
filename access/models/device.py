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

    class Firmware(models.TextChoices):
        """What it speaks; each has a file of its own in access/adapters/, but protocol v1."""

        NATIVE = "native", _("protocol v1")
        TASMOTA = "tasmota", _("Tasmota")
        SHELLY = "shelly", _("Shelly Gen2+")
        ESPHOME = "esphome", _("ESPHome")

    class BadgeFormat(models.TextChoices):
        HEX = "hex", _("hex")
        REVERSED = "reversed", _("hex, bytes reversed")
        DECIMAL = "decimal", _("decimal")

    class ReadsWith(models.TextChoices):
        """The part a box of ours reads badges with."""

        PN532 = "pn532", _("PN532 board (I²C)")
        RC522 = "rc522", _("RC522 board (SPI)")
        WIEGAND = "wiegand", _("Wiegand reader, 26 or 34 bits")

    name = models.CharField(
        max_length=32, unique=True, validators=[RegexValidator(r"\A[a-z0-9-]{1,32}\Z")]
    )
    space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="devices")
    machine = models.ForeignKey(
        Machine, on_delete=models.PROTECT, null=True, blank=True, related_name="devices"
    )  # NULL: not attached, and so powerless
    profile = models.CharField(max_length=8, choices=Profile.choices, default=Profile.NATIVE)
    speaks = models.CharField(max_length=8, choices=Firmware.choices, default=Firmware.NATIVE)
    address = models.CharField(max_length=80, blank=True)  # stock firmware's own name in topics
    badge_format = models.CharField(
        max_length=8, choices=BadgeFormat.choices, default=BadgeFormat.HEX
    )
    reads_with = models.CharField(
        max_length=8, choices=ReadsWith.choices, default=ReadsWith.PN532
    )  # this and the next decide the YAML that is written for it, and no more
    has_keypad = models.BooleanField(default=False)
    is_reader = models.BooleanField(default=True)
    is_interlock = models.BooleanField(default=True)
    is_enrolment = models.BooleanField(default=False)  # its unknown badges are shown to staff
    revoked_at = models.DateTimeField(null=True, blank=True)
    added_at = models.DateTimeField(null=True, blank=True)

    # secrets: the MQTT password is never stored; K_dev is, sealed, to check and make signatures
    key_sealed = models.BinaryField(null=True)
    key_before_sealed = models.BinaryField(null=True)  # until the new one is first heard
    signed_at = models.DateTimeField(null=True, blank=True)  # its key first proved to be in it
    must_sign = models.BooleanField(default=False)  # what comes unsigned from it is dropped

    # what the broker is to know of it, and what it was last told
    credential_at = models.DateTimeField(null=True, blank=True)  # newest password
    broker_told_at = models.DateTimeField(null=True, blank=True)
    broker_error = models.CharField(max_length=200, blank=True)

    # the offline list it was last sent, and what of its journal is filed
    takes_lists = models.BooleanField(default=False)
    list_seq = models.PositiveBigIntegerField(default=0)
    list_digest = models.BinaryField(max_length=32, null=True)  # of its entries: same, not sent
    list_issued_at = models.DateTimeField(null=True, blank=True)
    list_until = models.DateTimeField(null=True, blank=True)
    list_sent = models.BinaryField(null=True)  # as signed, for a broker that has lost it
    list_stored = models.PositiveBigIntegerField(default=0)  # seq the device says it keeps
    journal_upto = models.BigIntegerField(default=-1)
    journal_waiting = models.PositiveIntegerField(default=0)  # rows it says are not filed yet
    clock_off = models.BigIntegerField(null=True, blank=True)  # seconds its time of day was fast

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
    caps = models.JSONField(default=list)  # what it says it can (hello)
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

    def lacks(self, cap: str) -> bool:
        """Whether it has said what it can, and this is not among it."""
        return bool(self.caps) and cap not in self.caps


class Stranger(models.Model):
    """A box that speaks and is not known here. It has no power; staff may add it by name."""

    name = models.CharField(max_length=32, unique=True)
    speaks = models.CharField(max_length=8, choices=Device.Firmware.choices)
    model = models.CharField(max_length=64, blank=True)
    firmware = models.CharField(max_length=64, blank=True)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    messages = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-last_at"]

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
