"""A space: one location with its zone, its hours and the days it is closed."""

import zoneinfo
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


def a_zone(name: str) -> None:
    """Raise ValidationError unless `name` is in the IANA time zone database."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(
            _("“%(name)s” is not a time zone; write one like Europe/Berlin."), params={"name": name}
        )


class Space(models.Model):
    """Where machines stand. An organisation (one installation) has one or many."""

    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=40, unique=True)
    zone = models.CharField(max_length=40, default="UTC", validators=[a_zone])
    address = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def tz(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.zone)


class Weekday(models.IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class WeeklyStretch(models.Model):
    """One stretch of one weekday, in the space's local time.

    `closes` at or before `opens` means past midnight; 00:00 to 00:00 is the whole day.
    """

    weekday = models.PositiveSmallIntegerField(choices=Weekday.choices)
    opens = models.TimeField()
    closes = models.TimeField()

    class Meta:
        abstract = True
        ordering = ["weekday", "opens"]

    def __str__(self) -> str:
        return f"{Weekday(self.weekday).label} {self.opens:%H:%M}–{self.closes:%H:%M}"


class OpeningHours(WeeklyStretch):
    """When members may be in. A space without any row is always open."""

    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="hours")

    class Meta(WeeklyStretch.Meta):
        verbose_name_plural = "opening hours"
        constraints = [
            models.UniqueConstraint(
                fields=["space", "weekday", "opens"], name="members_hours_once"
            ),
        ]


class StaffedHours(WeeklyStretch):
    """When staff are there. A space without any row is never staffed."""

    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="staffed_hours")

    class Meta(WeeklyStretch.Meta):
        verbose_name_plural = "staffed hours"
        constraints = [
            models.UniqueConstraint(
                fields=["space", "weekday", "opens"], name="members_staffed_once"
            ),
        ]


class ClosureQuerySet(models.QuerySet["Closure"]):
    def touching(self, starts: datetime, ends: datetime) -> "ClosureQuerySet":
        """Closures that share an instant with [starts, ends)."""
        return self.filter(starts__lt=ends, ends__gt=starts)


class Closure(models.Model):
    """The whole space is shut for [starts, ends): holiday, party, flood."""

    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="closures")
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    reason = models.CharField(max_length=120)
    source = models.UUIDField(null=True, blank=True)  # of the outside calendar it was read from

    objects = ClosureQuerySet.as_manager()

    class Meta:
        ordering = ["starts"]
        # boards and rules: closures of a space that touch a day
        indexes = [models.Index(fields=["space", "ends"], name="members_closure_board")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gt=F("starts")), name="members_closure_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return self.reason
