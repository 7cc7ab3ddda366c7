"""Who gets each booking as an invitation by mail, instead of reading a feed."""

from django.db import models

from members.models import Member


class Invitee(models.Model):
    """Its member has no live feed of their own bookings, or each would show twice."""

    member = models.OneToOneField(Member, on_delete=models.CASCADE, related_name="invitee")
    alarm_minutes = models.PositiveIntegerField(null=True, blank=True)  # before; NULL: no alarm
    since = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.member)
