"""Out of service: who says so, why, and until it is cleared. And what members report."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models import Member


class Mode(models.TextChoices):
    """What happens to a session that is running when its ground is taken away."""

    STOP = "stop", _("stop at once")
    AFTER_JOB = "after-job", _("let the job finish")


class Lockout(models.Model):
    machine = models.ForeignKey(
        "equipment.Machine", on_delete=models.PROTECT, related_name="lockouts"
    )
    why = models.CharField(max_length=200)
    mode = models.CharField(max_length=10, choices=Mode.choices, default=Mode.STOP)
    do_not_energise = models.BooleanField(default=False)  # not even for maintenance
    placed_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    since = models.DateTimeField()
    expected_until = models.DateTimeField(null=True, blank=True)  # told to people, ends nothing
    cleared_at = models.DateTimeField(null=True, blank=True)
    cleared_by = models.ForeignKey(
        Member, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["-since"]
        # the judge and the board: what stands now
        indexes = [
            models.Index(
                fields=["machine"], condition=Q(cleared_at=None), name="equipment_lockout_standing"
            )
        ]

    def __str__(self) -> str:
        return self.why


class FaultReport(models.Model):
    """What a member noticed. It stops nothing by itself; staff answer it."""

    machine = models.ForeignKey(
        "equipment.Machine", on_delete=models.PROTECT, related_name="fault_reports"
    )
    reported_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    words = models.TextField(max_length=1000)
    at = models.DateTimeField()
    lockout = models.ForeignKey(
        Lockout, on_delete=models.PROTECT, null=True, blank=True, related_name="reports"
    )  # set where the report locked the machine out
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return self.words[:60]
