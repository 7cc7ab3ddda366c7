"""Bookings, as Django mounts it."""

from django.apps import AppConfig


class BookingsConfig(AppConfig):
    name = "bookings"

    def ready(self) -> None:
        from bookings.words import register_bookings

        register_bookings()
