"""Outside calendars whose events close a space or a machine, such as a school's timetable."""

import uuid

from django.db import models
from django.db.models import Q

from equipment.models import Machine
from members.models import Member, Space


class BusySource(models.Model):
    """One iCalendar address, read on schedule, or one file handed in.

    What it says becomes closures that carry `public_id` as their source.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=80)
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="busy_sources")
    machine = models.ForeignKey(
        Machine, on_delete=models.CASCADE, null=True, blank=True, related_name="busy_sources"
    )  # NULL: it closes the whole space
    url = models.URLField(max_length=500, blank=True)
    file = models.TextField(blank=True)  # the calendar itself, where there is no address
    every_minutes = models.PositiveIntegerField(default=60)
    added_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    etag = models.CharField(max_length=200, blank=True)
    last_modified = models.CharField(max_length=60, blank=True)
    tried_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)  # the last time that worked
    whole_at = models.DateTimeField(null=True, blank=True)  # and the body was handed out
    failures = models.PositiveSmallIntegerField(default=0)  # since then
    last_error = models.CharField(max_length=200, blank=True)  # a code of calendars.busy.words

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=(~Q(url="") & Q(file="")) | (Q(url="") & ~Q(file="")),
                name="calendars_busy_url_or_file",
            ),
        ]

    def __str__(self) -> str:
        return self.name
