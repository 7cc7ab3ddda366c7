"""Access, as Django mounts it."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "access"

    def ready(self) -> None:
        from access.services.forgetting import forget
        from access.words import register_access
        from members.services.forgetting import register_forgetting

        register_access()
        register_forgetting(forget)
