"""Calendars, as Django mounts it."""

from django.apps import AppConfig


class CalendarsConfig(AppConfig):
    name = "calendars"

    def ready(self) -> None:
        from calendars import invitations
        from calendars.forgetting import forget
        from members.services.forgetting import register_forgetting

        invitations.register()
        register_forgetting(forget)
