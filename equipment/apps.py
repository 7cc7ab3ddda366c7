"""Equipment, as Django mounts it."""

from django.apps import AppConfig


class EquipmentConfig(AppConfig):
    name = "equipment"

    def ready(self) -> None:
        from equipment.services.forgetting import forget
        from equipment.words import register_eligibility
        from members.services.forgetting import register_forgetting

        register_eligibility()
        register_forgetting(forget)
