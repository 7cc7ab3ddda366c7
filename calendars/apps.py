"""Calendars, as Django mounts it."""

from django.apps import AppConfig


class CalendarsConfig(AppConfig):
    name = "calendars"

    def ready(self) -> None:
        from calendars import invitations

        invitations.register()
