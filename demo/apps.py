"""The demo: a believable makerspace and the bench to try it on. Mounted where DEMO is set only."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "demo"
