"""Members, as Django mounts it."""

from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"

    def ready(self) -> None:
        from members import second_factor

        second_factor.listen()
