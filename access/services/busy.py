"""Whether somebody is at one of the machines that a peripheral serves; asked within statements."""

from django.db.models import OuterRef, QuerySet

from access.models import Session

ON = (Session.State.ACTIVE, Session.State.CLOSING)  # their relay is, or may be, closed


def at_machines_of(peripheral: OuterRef) -> QuerySet[Session]:
    return Session.objects.filter(state__in=ON, machine__peripherals=peripheral)
