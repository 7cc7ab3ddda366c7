"""Equipment, as Django mounts it."""

from django.apps import AppConfig


class EquipmentConfig(AppConfig):
    name = "equipment"

    def ready(self) -> None:
        from equipment.words import register_eligibility

        register_eligibility()
