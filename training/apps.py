"""Inductions, as Django mounts them."""

from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "training"

    def ready(self) -> None:
        from training.words import register_training

        register_training()
