"""Access, as Django mounts it."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "access"
