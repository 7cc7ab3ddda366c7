"""One physical thing that is booked, and perhaps unlocked."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from equipment.models.feature import Feature
from equipment.models.tool_class import ToolClass
from members.models import Space


class Machine(models.Model):
    class Feedback(models.TextChoices):
        """How the interlock knows that a job is running."""

        NONE = "none", _("none")
        CURRENT = "current", _("current")
        AUX = "aux", _("auxiliary contact")

    class Drawing(models.TextChoices):
        PRINTER = "printer", _("3D printer")
        RESIN = "resin", _("resin printer")
        LASER = "laser", _("laser cutter")
        ROUTER = "router", _("CNC router")
        MILL = "mill", _("mill")
        SAW = "saw", _("saw")
        LATHE = "lathe", _("lathe")
        WELDER = "welder", _("welder")

    space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="machines")
    tool_class = models.ForeignKey(ToolClass, on_delete=models.PROTECT, related_name="machines")
    name = models.CharField(max_length=60)
    slug = models.SlugField(max_length=40, unique=True)
    place = models.CharField(max_length=80, blank=True)  # where in the space
    notes = models.TextField(blank=True)  # what a member should know before using it
    drawing = models.CharField(max_length=10, choices=Drawing.choices, default=Drawing.ROUTER)
    features = models.ManyToManyField(Feature, blank=True, related_name="machines")
    # Without an interlock nobody knows who came; some spaces ask for check-in by page all the same.
    releases_no_shows = models.BooleanField(default=False)
    retired_at = models.DateTimeField(null=True, blank=True)

    # at the bench
    has_interlock = models.BooleanField(default=False)  # set when an interlock is attached
    feedback = models.CharField(max_length=8, choices=Feedback.choices, default=Feedback.NONE)
    run_above_ma = models.PositiveIntegerField(default=500)
    idle_seconds = models.PositiveSmallIntegerField(default=10)
    finish_fixed_seconds = models.PositiveIntegerField(default=0)  # where no job is seen

    class Meta:
        ordering = ["tool_class__order", "name"]
        constraints = [
            models.UniqueConstraint(fields=["space", "name"], name="equipment_machine_name_once"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def may_sense(self) -> bool:
        """Whether current is to tell of jobs; if any is measured, its interlock says."""
        return self.feedback == self.Feedback.CURRENT and self.run_above_ma > 0
