"""Notices, as Django mounts it."""

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class NoticesConfig(AppConfig):
    name = "notices"

    def ready(self) -> None:
        from notices.schedules import register_schedules

        # django-q's own signal: its table stands then
        post_migrate.connect(register_schedules, sender=apps.get_app_config("django_q"))
