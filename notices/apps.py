"""Notices, as Django mounts it."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "notices"
