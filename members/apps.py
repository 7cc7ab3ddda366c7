"""Members, as Django mounts it."""

from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"
