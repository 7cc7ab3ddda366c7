"""Where something about a person is written down, table by table. Reads and erases nothing.

A test finds no table that points to a member and is not listed here, so that a new one must be
thought about: whether it is theirs, and what of it is a secret of the house.
"""

from dataclasses import dataclass
from functools import cache

from django.apps import apps
from django.db.models import Model


@dataclass(frozen=True, slots=True)
class Table:
    """`model` by its label; `by` leads to the person; `secret` columns are handed to nobody."""

    model: str
    by: str = "member"
    secret: tuple[str, ...] = ()

    @property
    def rows_of(self) -> type[Model]:
        return apps.get_model(self.model)


THEIRS = (
    Table("members.Membership"),
    Table("members.MembershipRequest"),
    Table("members.GuardianRequest", by="ward", secret=("token", "mark")),
    Table("members.Pause"),
    Table("members.DayPass"),
    Table("members.Guest", by="host"),
    Table("members.Role"),
    Table("members.Hold"),
    Table("members.Badge", secret=("number_hash", "number_sealed")),
    Table("members.Signature"),
    Table("members.Change", by="on_behalf_of"),
    Table("members.Change", by="actor"),
    Table("equipment.Certification"),
    Table("equipment.Attachment", by="certification__member", secret=("file",)),
    Table("equipment.Suspension"),
    Table("equipment.TheoryPass"),
    Table("equipment.FaultReport", by="reported_by"),
    Table("equipment.Watch"),
    Table("bookings.Booking"),
    Table("bookings.Answer", by="booking__member"),
    Table("bookings.Series"),
    Table("bookings.Wait"),
    Table("bookings.HandOver", by="to"),
    Table("bookings.Participant"),
    Table("bookings.Disruption", by="booking__member"),
    Table("training.Attendee"),
    Table("training.Induction", by="certifier"),
    Table("training.TheoryAttempt"),
    Table("access.Session", secret=("sid",)),
    Table("access.Session", by="companion", secret=("sid",)),
    Table("access.MaintenanceGrant"),
    Table("access.JournalRow", secret=("badge", "sid")),
    Table("access.Candidate", by="assigned_to", secret=("number_hash", "number_sealed")),
    Table("calendars.Feed", secret=("token",)),
    Table("calendars.Invitee"),
    Table("notices.Outbox", by="to", secret=("letter",)),
    Table("notices.Wish"),
    Table("notices.QuietHours"),
    Table("account.EmailAddress", by="user"),
    Table("mfa.Authenticator", by="user", secret=("data",)),
    Table("usersessions.UserSession", by="user", secret=("session_key", "data")),
)

# Who did it stands here as well; that they did is told by their Changes.
ACTED = frozenset(
    {
        "members.Member.guardian",
        "members.Hold.placed_by",
        "members.DocumentVersion.published_by",
        "members.Signature.by",
        "members.GuardianRequest.guardian",
        "members.Pause.asked_by",
        "members.MembershipRequest.answered_by",
        "members.DayPass.given_by",
        "members.Guest.entered_by",
        "equipment.Lockout.placed_by",
        "equipment.Lockout.cleared_by",
        "equipment.Certification.given_by",
        "equipment.Certification.revoked_by",
        "equipment.Suspension.placed_by",
        "equipment.Suspension.lifted_by",
        "equipment.TheoryPass.given_by",
        "equipment.Attachment.added_by",
        "bookings.Disruption.answered_by",
        "access.Alarm.cleared_by",
        "access.MaintenanceGrant.given_by",
        "calendars.BusySource.added_by",
    }
)


@cache
def pointing_at(model: type[Model]) -> frozenset[str]:
    """Every foreign key to `model`, as app.Model.field."""
    return frozenset(
        f"{other._meta.label}.{field.name}"
        for other in apps.get_models()
        for field in other._meta.concrete_fields
        if field.related_model is model
    )
