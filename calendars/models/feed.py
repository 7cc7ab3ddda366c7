"""Feeds: the secret addresses under which calendar apps read what goes on."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from equipment.models import Machine, ToolClass
from members.models import Member, Space


class FeedQuerySet(models.QuerySet["Feed"]):
    def live(self) -> "FeedQuerySet":
        """Those that answer, with all that their titles tell."""
        rows = self.filter(revoked_at=None)
        return rows.select_related("member", "machine__space", "tool_class", "space")


class Feed(models.Model):
    """One address. Without a member it is public: staff switched it on, for anybody to read."""

    class Kind(models.TextChoices):
        MINE = "mine", _("My bookings")
        MACHINE = "machine", _("A machine")
        TOOL_CLASS = "class", _("A kind of machine")
        SPACE = "space", _("A whole space")
        MAINTENANCE = "maintenance", _("Maintenance and closures")
        INDUCTIONS = "inductions", _("Inductions I may join")
        SESSIONS = "sessions", _("Inductions I give")
        CERTIFICATIONS = "certifications", _("When my certifications end")

    class Privacy(models.IntegerChoices):
        """How much a feed tells of a booking; a higher level includes the lower."""

        BUSY = 1, _("Busy or free, no names")
        INITIALS = 2, _("Initials")
        FULL = 3, _("Everything")

    OWN = (Kind.MINE, Kind.SESSIONS, Kind.CERTIFICATIONS)  # tell of nobody but the owner
    PUBLIC = (Kind.MACHINE, Kind.TOOL_CLASS, Kind.SPACE, Kind.MAINTENANCE)

    member = models.ForeignKey(
        Member, on_delete=models.CASCADE, null=True, blank=True, related_name="feeds"
    )
    kind = models.CharField(max_length=14, choices=Kind.choices, default=Kind.MINE)
    machine = models.ForeignKey(
        Machine, on_delete=models.CASCADE, null=True, blank=True, related_name="feeds"
    )
    tool_class = models.ForeignKey(
        ToolClass, on_delete=models.CASCADE, null=True, blank=True, related_name="feeds"
    )
    space = models.ForeignKey(
        Space, on_delete=models.CASCADE, null=True, blank=True, related_name="feeds"
    )  # of a kind of machine, of maintenance, or the space itself
    privacy = models.PositiveSmallIntegerField(choices=Privacy.choices, default=Privacy.FULL)
    alarm_minutes = models.PositiveIntegerField(null=True, blank=True)  # before; NULL: no alarm
    label = models.CharField(max_length=40, blank=True)  # the owner's: which app reads it
    token = models.CharField(max_length=43, unique=True)  # 256 random bits, base64url
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    fetched_at = models.DateTimeField(null=True, blank=True)  # written at most hourly

    objects = FeedQuerySet.as_manager()

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="machine", machine__isnull=False, tool_class=None, space=None)
                | Q(kind="class", machine=None, tool_class__isnull=False, space__isnull=False)
                | Q(
                    kind__in=["space", "maintenance"],
                    machine=None,
                    tool_class=None,
                    space__isnull=False,
                )
                | Q(
                    kind__in=["mine", "inductions", "sessions", "certifications"],
                    machine=None,
                    tool_class=None,
                    space=None,
                ),
                name="calendars_feed_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(member__isnull=False)
                | Q(privacy=1, kind__in=["machine", "class", "space", "maintenance"]),
                name="calendars_feed_public_is_busy_only",
            ),
        ]

    def __str__(self) -> str:
        return f"feed {self.kind} of {self.member or 'the public'}"

    @property
    def is_public(self) -> bool:
        return self.member_id is None

    @property
    def at(self) -> Space | None:
        """Whose staff may see everything; None for what is the owner's alone."""
        return self.machine.space if self.machine else self.space


def most_told(kind: str, *, is_public: bool, is_staff: bool) -> Feed.Privacy:
    """The most that a feed may tell, whatever was chosen: never more than the board shows."""
    if is_public:
        return Feed.Privacy.BUSY
    if kind in Feed.OWN or (is_staff and kind != Feed.Kind.INDUCTIONS):
        return Feed.Privacy.FULL
    return Feed.Privacy.INITIALS
