"""Access, as Django mounts it."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "access"

    def ready(self) -> None:
        from access.in_use import unlocked_beyond
        from access.services.forgetting import forget
        from access.words import register_access
        from members import busy
        from members.services.forgetting import register_forgetting

        register_access()
        busy.register("access", unlocked_beyond)
        register_forgetting(forget)
