"""The outbox: what is to be told to whom, written in the transaction that makes it true.

Also how each person wishes to be told.
"""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from notices import manners
from notices.words import title_of


class OutboxQuerySet(models.QuerySet["Outbox"]):
    def waiting(self) -> "OutboxQuerySet":
        """Neither sent, nor given up, nor meant for the site alone."""
        return self.filter(sent_at=None, dropped_at=None, kept_at=None)

    def shown(self, now: datetime) -> "OutboxQuerySet":
        """What its reader sees on the site: all whose time has come, mailed or not."""
        return self.filter(shown_at__lte=now)


class Outbox(models.Model):
    """One message to one person, sent at least once by the worker, and never twice posted."""

    to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="messages"
    )
    # of somebody without an account, in whose matter `to` has it sent; the mail goes there alone
    address = models.EmailField(blank=True)
    kind = models.CharField(max_length=40)  # names the templates: email/<kind>.{subject,txt,html}
    key = models.CharField(max_length=120, unique=True)  # one fact is posted once, however often
    bundle = models.CharField(max_length=80, blank=True)  # several of one become one mail
    context = models.JSONField(default=dict)
    at = models.DateTimeField()  # when to look at it next; not before
    # from when its reader sees it on the site; NULL for what is older than the inbox
    shown_at = models.DateTimeField(null=True)
    posted_at = models.DateTimeField(auto_now_add=True)
    digest_at = models.DateTimeField(null=True)  # the digest it waits for or went with
    letter = models.UUIDField(null=True)  # the mail it is part of, the same at each try
    sent_at = models.DateTimeField(null=True)
    kept_at = models.DateTimeField(null=True)  # on the site alone: so chosen, or too late for mail
    dropped_at = models.DateTimeField(null=True)  # given up: no address, or too many tries
    read_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "outbox"
        indexes = [
            # the worker: what is due and waits
            models.Index(
                fields=["at"],
                condition=Q(sent_at=None, dropped_at=None, kept_at=None),
                name="notices_outbox_waits",
            ),
            # the inbox of one person, newest first
            models.Index(F("to"), F("shown_at").desc(), name="notices_outbox_inbox"),
            # the bell on every page: what one person has not read
            models.Index(
                fields=["to", "shown_at"], condition=Q(read_at=None), name="notices_outbox_unread"
            ),
            # staff: what failed
            models.Index(fields=["at"], condition=~Q(last_error=""), name="notices_outbox_trouble"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.to_id}"

    @property
    def title(self) -> str:
        return title_of(self.kind)


class Choice(models.TextChoices):
    NOW = manners.NOW, _("Mail at once")
    DAILY = manners.DAILY, _("Daily digest")
    WEEKLY = manners.WEEKLY, _("Weekly digest")
    NONE = manners.NONE, _("Only here")


def label_of(kind: str, choice: str) -> str:
    """What a choice means for a kind: one that is told to who asked is else not told at all."""
    if choice == Choice.NONE and manners.manner_of(kind).asked_for:
        return gettext("Not at all")
    return str(Choice(choice).label)


class Wish(models.Model):
    """How one person wishes to be told of one kind; without a row, as is usual for the kind."""

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="wishes"
    )
    kind = models.CharField(max_length=40)
    choice = models.CharField(max_length=8, choices=Choice.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "kind"], name="notices_wish_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.choice}"


class QuietHours(models.Model):
    """When one person wants no mail, by the clock of their zone; over midnight where it ends
    earlier than it starts.
    """

    member = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="quiet_hours"
    )
    starts = models.TimeField()
    ends = models.TimeField()

    class Meta:
        verbose_name_plural = "quiet hours"

    def __str__(self) -> str:
        return f"{self.starts:%H:%M}–{self.ends:%H:%M}"
