"""A claim on one machine for a half-open interval. Every claim on machine time is a row here."""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bookings.constraints import NoOverlap
from bookings.counting import Counted
from bookings.models.series import Series
from bookings.models.wait import Wait
from equipment.models import Machine
from members.models import Member


class BookingQuerySet(models.QuerySet["Booking"]):
    def holding(self) -> "BookingQuerySet":
        """Those that keep others off the machine."""
        return self.filter(holds=True)

    def touching(self, starts: datetime, ends: datetime) -> "BookingQuerySet":
        """Those whose blocked range shares an instant with [starts, ends)."""
        return self.filter(starts__lt=ends, blocked_until__gt=starts)

    def stale(self, now: datetime) -> "BookingQuerySet":
        """Unanswered offers and no-shows: they hold in the table, and no longer in truth."""
        # the index of them holds no NULL, and SQLite takes it only where that is said
        return self.filter(~Q(lapses_at=None), holds=True, lapses_at__lte=now)

    def standing(self, now: datetime) -> "BookingQuerySet":
        """Holding and not stale."""
        return self.filter(Q(lapses_at=None) | Q(lapses_at__gt=now), holds=True)

    def coming(self, now: datetime) -> "BookingQuerySet":
        """A member's bookings that are not over."""
        return self.standing(now).filter(ends__gt=now)


class Booking(models.Model):
    class State(models.TextChoices):
        OFFERED = "offered", _("offered")
        REQUESTED = "requested", _("waiting for approval")
        CONFIRMED = "confirmed", _("confirmed")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        CANCELLED = "cancelled", _("cancelled")
        NO_SHOW = "no-show", _("missed")
        LAPSED = "lapsed", _("lapsed")

    class Purpose(models.TextChoices):
        USE = "use", _("use")
        INDUCTION = "induction", _("induction")
        MAINTENANCE = "maintenance", _("maintenance")

    class Origin(models.TextChoices):
        """How the claim came about; shown in its history."""

        PAGE = "page", _("booked on the page")
        WALK_UP = "walk-up", _("started at the machine")
        STAFF = "staff", _("booked by staff")
        WAITLIST = "waitlist", _("taken from the waitlist")
        HANDOVER = "handover", _("handed over")

    OPEN = (State.OFFERED, State.REQUESTED, State.CONFIRMED, State.RUNNING)

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    machine = models.ForeignKey(Machine, on_delete=models.PROTECT, related_name="bookings")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="bookings")
    purpose = models.CharField(max_length=12, choices=Purpose.choices, default=Purpose.USE)
    state = models.CharField(max_length=10, choices=State.choices, default=State.CONFIRMED)
    # True for every open state, and for a finished booking whose buffer is not over yet.
    holds = models.BooleanField(default=True)
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    blocked_until = models.DateTimeField()  # end + the buffer of the day it was saved
    group = models.UUIDField(null=True, blank=True)  # several machines claimed at once
    series = models.ForeignKey(
        Series, on_delete=models.PROTECT, null=True, blank=True, related_name="bookings"
    )
    series_day = models.DateField(null=True, blank=True)  # local; which of the series it stands for
    wait = models.ForeignKey(
        Wait, on_delete=models.PROTECT, null=True, blank=True, related_name="offers"
    )  # whose wish it answers
    origin = models.CharField(max_length=8, choices=Origin.choices, default=Origin.PAGE)
    note = models.CharField(max_length=80, blank=True)
    key = models.UUIDField(null=True, blank=True)  # of the form sent: twice sent is once booked

    late = models.BooleanField(default=False)  # cancelled later than the notice asked for
    overrides = models.JSONField(default=list, blank=True)  # codes of the rules staff set aside
    override_why = models.CharField(max_length=200, blank=True)

    lapses_at = models.DateTimeField(null=True, blank=True)  # an unanswered offer, or a no-show
    checked_in_at = models.DateTimeField(null=True, blank=True)
    checked_in_by_tap = models.BooleanField(default=False)  # False: declared on a page
    ended_at = models.DateTimeField(null=True, blank=True)  # finished, cancelled, missed, lapsed
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    sequence = models.PositiveIntegerField(default=0)  # RFC 5545 section 3.8.7.4

    objects = BookingQuerySet.as_manager()

    class Meta:
        ordering = ["starts"]
        indexes = [
            # NoOverlap, the board and the next booking of a machine
            models.Index(fields=["machine", "blocked_until"], name="bookings_booking_board"),
            # every tap: what claims a machine around now, and not what PostgreSQL's exclusion
            # constraint holds of all machines, which it would look through otherwise
            models.Index(
                fields=["machine", "blocked_until", "starts"],
                condition=Q(holds=True),
                name="bookings_booking_held",
            ),
            # my bookings, quotas and the feed
            models.Index(fields=["member", "ends"], name="bookings_booking_mine"),
            # expiry by time: what may lapse
            models.Index(
                fields=["lapses_at"],
                condition=Q(holds=True) & ~Q(lapses_at=None),
                name="bookings_booking_lapse",
            ),
            # a series, whole or from a day on
            models.Index(
                fields=["series", "series_day"],
                condition=~Q(series=None),
                name="bookings_booking_series",
            ),
            # several machines claimed at once
            models.Index(fields=["group"], condition=~Q(group=None), name="bookings_booking_group"),
            # feeds of inductions and maintenance: the few that are not use
            models.Index(
                fields=["purpose", "ends"],
                condition=~Q(purpose="use"),
                name="bookings_booking_special",
            ),
        ]
        constraints = [
            NoOverlap(name="bookings_booking_no_overlap"),
            Counted(name="bookings_booking_counted"),
            models.CheckConstraint(
                condition=Q(ends__gt=F("starts")), name="bookings_booking_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(blocked_until__gte=F("ends")), name="bookings_booking_buffer_after_end"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["offered", "requested", "confirmed", "running", "done"])
                | Q(holds=False),
                name="bookings_booking_holds_by_state",
            ),
            # NULLs are distinct: what no form sent has no key
            models.UniqueConstraint(fields=["member", "key"], name="bookings_booking_key_once"),
        ]

    def __str__(self) -> str:
        return f"{self.machine} {self.starts:%Y-%m-%d %H:%M}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    def is_over(self, now: datetime) -> bool:
        return self.ends <= now or not self.is_open

    def has_lapsed(self, now: datetime) -> bool:
        return self.holds and self.lapses_at is not None and self.lapses_at <= now
