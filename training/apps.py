"""Inductions, as Django mounts them."""

from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "training"

    def ready(self) -> None:
        from members.services.forgetting import register_forgetting
        from training.services.forgetting import forget
        from training.words import register_training

        register_training()
        register_forgetting(forget)
