"""The rows of the queue follow the code, and jobs can be run by their names."""

import os
import subprocess
import sys
from importlib import import_module

import pytest
from django.core.management import call_command
from django_q.models import Schedule

from notices.schedules import PREFIX, declared, register_schedules

pytestmark = pytest.mark.django_db


def rows():
    return dict(Schedule.objects.values_list("func", "cron"))


def test_migrating_writes_every_declared_job():
    call_command("migrate", verbosity=0)
    assert rows() == declared()
    assert "notices.jobs.send" in declared()


def test_registering_again_changes_nothing_and_keeps_the_next_run():
    register_schedules()
    before = list(Schedule.objects.values_list("pk", "next_run"))
    register_schedules()
    assert list(Schedule.objects.values_list("pk", "next_run")) == before


def test_a_job_the_code_dropped_goes_and_anothers_stays():
    Schedule.objects.create(name=f"{PREFIX}rooms.gone.job", func="rooms.gone.job")
    Schedule.objects.create(name="the makerspace's own", func="math.gcd")
    register_schedules()
    assert "rooms.gone.job" not in rows()
    assert "math.gcd" in rows()


@pytest.mark.parametrize("function", sorted(declared()))
def test_a_job_runs_on_an_empty_space(function):
    module, _dot, name = function.rpartition(".")
    getattr(import_module(module), name)()


def test_migrating_one_room_of_an_empty_database_leaves_the_schedule_for_later(tmp_path):
    environment = os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path / 'new.sqlite3'}"}
    manage = [sys.executable, "manage.py", "migrate", "members", "--verbosity", "0"]
    done = subprocess.run(manage, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
