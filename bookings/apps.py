"""Bookings, as Django mounts it."""

from django.apps import AppConfig


class BookingsConfig(AppConfig):
    name = "bookings"

    def ready(self) -> None:
        from bookings import reminders
        from bookings.words import register_bookings
        from notices import overtaken

        register_bookings()
        overtaken.register(reminders.KINDS, reminders.is_overtaken)
