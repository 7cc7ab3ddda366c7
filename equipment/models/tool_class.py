"""A kind of machine that shares one policy. The policy is these columns and nothing else."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from equipment.fields import TimesField
from equipment.models.certification import CertificationType, Level


class ToolClass(models.Model):
    """A kind of machine, such as laser cutters. Belongs to the organisation."""

    class Risk(models.TextChoices):
        LOW = "low", _("low")
        MEDIUM = "medium", _("medium")
        HIGH = "high", _("high")  # signed messages, short leases, no detective interlock

    class Credential(models.TextChoices):
        BADGE = "badge", _("a badge")
        PIN = "pin", _("a badge and a PIN")

    name = models.CharField(max_length=60, unique=True)
    slug = models.SlugField(max_length=40, unique=True)
    summary = models.CharField(max_length=120, blank=True)  # half a line on the board
    order = models.PositiveSmallIntegerField(default=0)
    risk = models.CharField(max_length=8, choices=Risk.choices, default=Risk.MEDIUM)

    # who
    requires = models.ForeignKey(
        CertificationType,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="tool_classes",
    )  # NULL: any member may use it
    required_level = models.PositiveSmallIntegerField(choices=Level.choices, default=Level.FULL)

    # when: all in minutes unless the name says otherwise
    step_minutes = models.PositiveSmallIntegerField(
        default=15, validators=[MinValueValidator(1), MaxValueValidator(1440)]
    )
    shortest_minutes = models.PositiveSmallIntegerField(default=30)
    longest_minutes = models.PositiveSmallIntegerField(default=240)
    horizon_days = models.PositiveSmallIntegerField(default=28)
    start_times = TimesField(blank=True, default=())  # empty: every step
    notice_minutes = models.PositiveIntegerField(default=0)
    move_notice_minutes = models.PositiveIntegerField(default=0)  # later: it stays, or is cancelled
    cancel_notice_minutes = models.PositiveIntegerField(default=0)  # later: marked as late
    buffer_minutes = models.PositiveSmallIntegerField(default=0)
    gap_minutes = models.PositiveIntegerField(default=0)  # between two bookings of one member
    staffed_only = models.BooleanField(default=False)
    overnight = models.BooleanField(default=True)  # may run past midnight
    unattended = models.BooleanField(default=False)  # may run on while the space is closed
    waitlist_only = models.BooleanField(default=False)  # not booked ahead: walk up or wait

    # how much: quotas by period are bookings.models.PlanLimit
    most_future = models.PositiveSmallIntegerField(null=True, blank=True, default=4)
    most_per_day = models.PositiveSmallIntegerField(null=True, blank=True)
    # A booking that starts within so many minutes from now counts in no quota; NULL: it counts.
    last_minute_minutes = models.PositiveIntegerField(null=True, blank=True)

    # with whose consent
    approval_above_minutes = models.PositiveIntegerField(null=True, blank=True)  # NULL: never
    approval_first = models.BooleanField(default=False)  # a member's first booking of the kind

    # freed time
    offer_minutes = models.PositiveSmallIntegerField(default=60)  # how long an offer is kept
    fair_share = models.BooleanField(default=False)  # offered first to who used it least

    # at the machine
    walk_up = models.BooleanField(default=True)
    walk_up_minutes = models.PositiveSmallIntegerField(default=60)
    early_start_minutes = models.PositiveSmallIntegerField(default=10)
    overrun_minutes = models.PositiveSmallIntegerField(default=0)
    no_show_minutes = models.PositiveSmallIntegerField(null=True, blank=True)  # NULL: never
    finish_seconds = models.PositiveIntegerField(default=0)  # GRACE at most; 0 cuts at the end
    least_credential = models.CharField(
        max_length=8, choices=Credential.choices, default=Credential.BADGE
    )
    two_person = models.BooleanField(default=False)  # a second eligible member taps, too
    supervised = models.BooleanField(default=True)  # trainees may, with who may certify beside
    idle_end_minutes = models.PositiveSmallIntegerField(null=True, blank=True)  # NULL: never
    # Left on by somebody whose time is up: whoever is booked now may take it over so long after.
    take_over_minutes = models.PositiveSmallIntegerField(default=5)
    extend_by_tap_minutes = models.PositiveSmallIntegerField(default=0)  # 0: not by a tap
    # Ended early at the machine, the rest of a booking is kept so long; NULL: to its end.
    keep_minutes = models.PositiveSmallIntegerField(null=True, blank=True, default=15)
    maintenance_minutes = models.PositiveSmallIntegerField(default=30)  # of one maintenance grant

    class Meta:
        ordering = ["order", "name"]
        verbose_name_plural = "tool classes"
        constraints = [
            models.CheckConstraint(
                condition=Q(shortest_minutes__lte=F("longest_minutes")),
                name="equipment_tool_class_shortest_fits",
            ),
            models.CheckConstraint(
                condition=Q(step_minutes__gte=1), name="equipment_tool_class_step_counts"
            ),
        ]

    def __str__(self) -> str:
        return self.name
