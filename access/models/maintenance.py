"""Leave for a named person to switch a machine on to mend it, for minutes and for a reason."""

from django.db import models

from equipment.models import Machine
from members.models import Member


class MaintenanceGrant(models.Model):
    """[since, until) unless withdrawn. It passes a lockout, never one marked “do not energise”."""

    machine = models.ForeignKey(Machine, on_delete=models.PROTECT, related_name="maintenance")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=200)
    one_person = models.BooleanField(default=False)  # isolated: where two are asked for, too
    given_by = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-since"]
        indexes = [models.Index(fields=["machine", "until"], name="access_maintenance_asked")]

    def __str__(self) -> str:
        return f"{self.member} at {self.machine}: {self.why}"
