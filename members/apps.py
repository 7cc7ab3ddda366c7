"""Members, as Django mounts it."""

from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"

    def ready(self) -> None:
        from members import confirming, second_factor

        confirming.listen()
        second_factor.listen()
