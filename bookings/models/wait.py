"""The waitlist: who would like time that somebody else has."""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from equipment.models import Machine, ToolClass
from members.models import Member, Space


class WaitQuerySet(models.QuerySet["Wait"]):
    def waiting(self, now: datetime) -> "WaitQuerySet":
        """Those that could still be offered something."""
        return self.filter(state=Wait.State.WAITING, ends__gt=now)

    def standing(self, now: datetime) -> "WaitQuerySet":
        """Those that their member still counts on."""
        return self.filter(state__in=Wait.OPEN, ends__gt=now)

    def wait_on(self, pk: int, now: datetime) -> None:
        """The wish's offer was not taken, so it waits for another."""
        offered = self.filter(pk=pk, state=Wait.State.OFFERED)
        offered.update(state=Wait.State.WAITING, updated_at=now)


class Wait(models.Model):
    """One member's wish for `minutes` on a machine, or any of its kind, within [starts, ends).

    A wish for one slot is a window just as long as the booking.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        OFFERED = "offered", _("offered")  # one offer at a time; it is a booking in that state
        SERVED = "served", _("served")
        WITHDRAWN = "withdrawn", _("withdrawn")
        PASSED = "passed", _("passed")  # the window is over

    OPEN = (State.WAITING, State.OFFERED)

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="waits")
    space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="waits")
    tool_class = models.ForeignKey(ToolClass, on_delete=models.PROTECT, related_name="waits")
    machine = models.ForeignKey(
        Machine, on_delete=models.PROTECT, null=True, blank=True, related_name="waits"
    )  # NULL: any of the kind in the space
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    minutes = models.PositiveIntegerField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    key = models.UUIDField(null=True, blank=True)  # of the form sent: twice sent is once asked
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = WaitQuerySet.as_manager()

    class Meta:
        ordering = ["created_at"]
        verbose_name = "wish"
        verbose_name_plural = "waitlist"
        indexes = [
            # who waits for freed time
            models.Index(
                fields=["tool_class", "ends"],
                condition=Q(state="waiting"),
                name="bookings_wait_queue",
            ),
            models.Index(fields=["member", "ends"], name="bookings_wait_mine"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gt=F("starts"), minutes__gte=1),
                name="bookings_wait_window",
            ),
            models.UniqueConstraint(fields=["member", "key"], name="bookings_wait_key_once"),
        ]

    def __str__(self) -> str:
        return f"{self.member} for {self.machine or self.tool_class}"

    def become(self, state: State, now: datetime) -> bool:
        """Change the row's state, unless somebody has changed it since it was read."""
        seen = Wait.objects.filter(pk=self.pk, state=self.state, updated_at=self.updated_at)
        if not seen.update(state=state, updated_at=now):
            return False
        self.state, self.updated_at = state, now
        return True
