"""One period a machine was enabled for a member, from the offer to the proof that it is over."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from access.models.device import Device
from bookings.models import Booking
from equipment.models import Machine, Mode
from members.models import Badge, Member


class Session(models.Model):
    """See docs/protocol.md, server rules S2 to S5. Times are the server's; `*_up` the device's."""

    class State(models.TextChoices):
        OFFERED = "offered", _("offered")  # answered, and no state has named it yet
        ACTIVE = "active", _("active")  # a state of the device names it
        CLOSING = "closing", _("closing")  # told off; the proof is awaited
        ENDED = "ended", _("ended")

    class Ground(models.TextChoices):
        BOOKING = "booking", _("booking")
        SUPERVISED = "supervised", _("supervised")
        CLASS = "class", _("class")
        MAINTENANCE = "maintenance", _("maintenance")
        OFFLINE = "offline", _("offline")

    # 96 random bits, hex, never reused; or the name a device gave a session of its own (D10)
    sid = models.CharField(max_length=40, unique=True)
    machine = models.ForeignKey(Machine, on_delete=models.PROTECT, related_name="sessions")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="sessions")
    booking = models.ForeignKey(
        Booking, on_delete=models.PROTECT, null=True, related_name="sessions"
    )
    badge = models.ForeignKey(
        Badge, on_delete=models.PROTECT, null=True, related_name="+"
    )  # NULL: not started by a tap; a badge that is revoked ends what it started
    companion = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, related_name="+"
    )  # who tapped second: the supervisor, or the other of two
    companion_badge = models.ForeignKey(
        Badge, on_delete=models.PROTECT, null=True, related_name="+"
    )  # as `badge`: revoked, it ends what it helped to start
    interlock = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="sessions")
    boot = models.CharField(max_length=16, blank=True)
    ground = models.CharField(max_length=12, choices=Ground.choices)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OFFERED)

    offered_at = models.DateTimeField()
    until = models.DateTimeField()  # when the last decision said it ends
    booked_until = models.DateTimeField(null=True)  # its booking, if that is before: an overrun
    granted_up = models.BigIntegerField(null=True)  # device seconds; NULL: no grant ever left
    first_n = models.BigIntegerField(null=True)  # the n that first named it: the proof of the end
    mark = models.PositiveIntegerField(default=0)  # counts renewals, at most one per 30 s
    shown_up = models.BigIntegerField(null=True)  # when the owner last tapped a running machine
    run_ma = models.PositiveIntegerField(default=0)  # as its grant had it; 0: it sees no job
    warned = models.PositiveSmallIntegerField(default=0)  # minutes of the last warning; 0: none
    idle_up = models.BigIntegerField(null=True)  # since when it is armed and draws nothing
    ends_when_idle = models.BooleanField(default=False)  # and tapped again: over when it stops
    activated_at = models.DateTimeField(null=True)
    closing_at = models.DateTimeField(null=True)
    closing_mode = models.CharField(max_length=10, choices=Mode.choices, blank=True)
    closing_code = models.CharField(max_length=40, blank=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ["-offered_at"]
        indexes = [
            models.Index(fields=["member", "offered_at"], name="access_session_of_member"),
        ]
        constraints = [
            # also serves the gatekeeper's question: which sessions are live
            models.UniqueConstraint(
                fields=["machine"], condition=~Q(state="ended"), name="access_session_one_open"
            ),
        ]

    def __str__(self) -> str:
        return self.sid
