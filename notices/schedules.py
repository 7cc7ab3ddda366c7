"""What runs by the clock: every room declares it in its jobs.py, here it becomes rows of django-q.

A jobs.py holds SCHEDULES, pairs of a function's name in that module and a cron line (UTC). Jobs
take no argument, act on all that is due by now, and may run twice: the queue delivers at least
once.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.db import connection
from django_q.models import Schedule

PREFIX = "benchkey:"  # rows with another name are somebody else's and stay


def declared() -> dict[str, str]:
    """Dotted function → cron line, of every room."""
    rooms = [config.name for config in apps.get_app_configs() if "." not in config.name]
    modules = [import_module(f"{room}.jobs") for room in rooms if find_spec(f"{room}.jobs")]
    return {
        f"{module.__name__}.{function}": cron
        for module in modules
        for function, cron in getattr(module, "SCHEDULES", ())
    }


def register_schedules(**_signal: Any) -> None:
    """Make the rows equal the code, after every `migrate`; as often as one likes."""
    if Schedule._meta.db_table not in connection.introspection.table_names():
        return  # `migrate ROOM` alone, on an empty database
    wanted = declared()
    ours = Schedule.objects.filter(name__startswith=PREFIX)
    ours.exclude(name__in=[PREFIX + function for function in wanted]).delete()
    for function, cron in wanted.items():
        row = {"func": function, "schedule_type": Schedule.CRON, "cron": cron, "repeats": -1}
        Schedule.objects.update_or_create(name=PREFIX + function, defaults=row)
