"""Access, as Django mounts it."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "access"

    def ready(self) -> None:
        from access.words import register_access

        register_access()
