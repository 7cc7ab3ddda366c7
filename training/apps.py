"""Inductions, as Django mounts them."""

from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "training"

    def ready(self) -> None:
        from equipment.next_steps import register_next_step
        from members.services.forgetting import register_forgetting
        from training.next_steps import next_step
        from training.services.forgetting import forget
        from training.words import register_training

        register_training()
        register_next_step(next_step)
        register_forgetting(forget)
