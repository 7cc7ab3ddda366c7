"""A booking that comes again: the rule, in local time. Its bookings are rows of their own."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from equipment.models import Machine
from members.models import Member


class Series(models.Model):
    """Every day or every week at one local time, until a day or so many times."""

    class Rhythm(models.TextChoices):
        DAILY = "daily", _("every day")
        WEEKLY = "weekly", _("every week")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="series")
    machine = models.ForeignKey(Machine, on_delete=models.PROTECT, related_name="series")
    rhythm = models.CharField(max_length=6, choices=Rhythm.choices)
    every = models.PositiveSmallIntegerField(default=1)  # 2: every other day or week
    first = models.DateField()  # local
    starts = models.TimeField()  # local
    minutes = models.PositiveIntegerField()
    zone = models.CharField(max_length=40)  # of the space on the day it was made
    until = models.DateField(null=True, blank=True)  # local, the last day included
    count = models.PositiveSmallIntegerField(null=True, blank=True)
    key = models.UUIDField(null=True, blank=True)  # of the form sent: twice sent is once booked
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["first", "starts"]
        verbose_name_plural = "series"
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None, count__gte=1) | Q(until__isnull=False, count=None),
                name="bookings_series_until_or_count",
            ),
            models.CheckConstraint(
                condition=Q(every__gte=1, minutes__gte=1), name="bookings_series_goes_on"
            ),
            models.UniqueConstraint(fields=["member", "key"], name="bookings_series_key_once"),
        ]

    def __str__(self) -> str:
        return f"{self.machine} {self.get_rhythm_display()} {self.starts:%H:%M}"
