"""Policy beyond the columns of a tool class: limits by plan, hours that differ, questions."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from equipment.models import Machine, ToolClass
from members.models import Plan
from members.models.space import WeeklyStretch


class PlanLimit(models.Model):
    """At most `amount`; where several apply, the strictest wins.

    Without a plan it is for everybody, without a tool class or machine for all of them together.
    With hours of the day, only what falls into them counts.
    """

    class Measure(models.TextChoices):
        MINUTES = "minutes", _("minutes booked")  # peak hours count more
        BOOKINGS = "bookings", _("bookings")
        LONGEST = "longest", _("minutes in one booking")
        HORIZON = "horizon", _("days ahead")  # 0: today only
        AT_ONCE = "at-once", _("bookings at the same time")  # on different machines

    class Period(models.TextChoices):
        """In the zone of the machine's space."""

        DAY = "day", _("a day")
        WEEK = "week", _("a week")
        MONTH = "month", _("a month")
        YEAR = "year", _("a year")
        AHEAD = "ahead", _("at one time")  # what lies ahead, whenever

    plan = models.ForeignKey(
        Plan, on_delete=models.CASCADE, null=True, blank=True, related_name="limits"
    )
    tool_class = models.ForeignKey(
        ToolClass, on_delete=models.CASCADE, null=True, blank=True, related_name="limits"
    )
    machine = models.ForeignKey(
        Machine, on_delete=models.CASCADE, null=True, blank=True, related_name="limits"
    )
    opens = models.TimeField(null=True, blank=True)  # with `closes`: hours of every day, local
    closes = models.TimeField(null=True, blank=True)
    measure = models.CharField(max_length=8, choices=Measure.choices)
    period = models.CharField(max_length=5, choices=Period.choices, blank=True)
    amount = models.PositiveIntegerField()
    counts_past = models.BooleanField(default=True)  # False: only what is not over yet

    class Meta:
        ordering = ["tool_class", "plan", "measure", "period"]
        constraints = [
            # a sum or a count needs its period; a length, a horizon and a moment have none
            models.CheckConstraint(
                condition=Q(measure__in=["minutes", "bookings"]) & ~Q(period="")
                | Q(measure__in=["longest", "horizon", "at-once"], period=""),
                name="bookings_limit_period",
            ),
            models.CheckConstraint(
                condition=Q(opens=None, closes=None)
                | Q(opens__isnull=False, closes__isnull=False, measure__in=["minutes", "bookings"]),
                name="bookings_limit_hours",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_measure_display()} ≤ {self.amount} {self.get_period_display()}".strip()


class PolicyWindow(WeeklyStretch):
    """Hours of the week, local, in which a tool class's policy is another."""

    class Kind(models.TextChoices):
        PEAK = "peak", _("counts more")
        FREE = "free", _("free of policy")  # lengths, notice, horizon and quotas do not apply
        KEPT = "kept", _("kept for a plan")  # members on other plans do not book then

    tool_class = models.ForeignKey(ToolClass, on_delete=models.CASCADE, related_name="windows")
    kind = models.CharField(max_length=4, choices=Kind.choices)
    percent = models.PositiveSmallIntegerField(default=200)  # peak: an hour counts as two
    plan = models.ForeignKey(
        Plan, on_delete=models.CASCADE, null=True, blank=True, related_name="windows"
    )  # kept: for whom

    class Meta(WeeklyStretch.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tool_class", "kind", "weekday", "opens"],
                condition=Q(plan=None),
                name="bookings_window_once",
            ),
            models.UniqueConstraint(
                fields=["tool_class", "plan", "weekday", "opens"],
                condition=~Q(plan=None),
                name="bookings_window_once_a_plan",
            ),
            models.CheckConstraint(
                condition=Q(kind="kept", plan__isnull=False) | ~Q(kind="kept") & Q(plan=None),
                name="bookings_window_plan",
            ),
        ]


class Question(models.Model):
    """What a member answers when booking a machine of the kind, such as the material."""

    tool_class = models.ForeignKey(ToolClass, on_delete=models.CASCADE, related_name="questions")
    text = models.CharField(max_length=120)
    required = models.BooleanField(default=True)
    order = models.PositiveSmallIntegerField(default=0)
    retired_at = models.DateTimeField(null=True, blank=True)  # answers keep their question

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.text
