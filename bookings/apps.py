"""Bookings, as Django mounts it."""

from django.apps import AppConfig


class BookingsConfig(AppConfig):
    name = "bookings"

    def ready(self) -> None:
        from bookings import reminders
        from bookings.in_use import running_beyond
        from bookings.services.forgetting import forget
        from bookings.words import register_bookings
        from members import busy
        from members.services.forgetting import register_forgetting
        from notices import overtaken

        register_bookings()
        overtaken.register(reminders.KINDS, reminders.is_overtaken)
        register_forgetting(forget)
        busy.register("bookings", running_beyond)
