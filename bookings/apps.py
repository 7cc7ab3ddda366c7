"""Bookings, as Django mounts it."""

from django.apps import AppConfig


class BookingsConfig(AppConfig):
    name = "bookings"
