"""Old messages go, so that the names in them do not stay for ever; what waits stays."""

from datetime import timedelta

import pytest

from notices import jobs
from notices.models import Outbox
from notices.services import purging
from notices.services.purging import KEPT_FOR, purge
from tests.notices.letters import CONTEXTS
from tests.people import NOW, a_world

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
OLD = NOW - KEPT_FOR - DAY


@pytest.fixture
def world():
    return a_world()


def a_message(world, key="one", *, posted_at=OLD, **fields):
    kind = "booking-reminder"
    told = {"kind": kind, "key": key, "context": CONTEXTS[kind], "at": OLD} | fields
    row = Outbox.objects.create(to=world.alice, **told)
    Outbox.objects.filter(pk=row.pk).update(posted_at=posted_at)
    return row


@pytest.mark.parametrize("done", ["sent_at", "kept_at", "dropped_at"])
def test_what_was_told_or_given_up_long_ago_goes(world, done):
    a_message(world, **{done: OLD})
    assert purge(NOW) == 1
    assert not Outbox.objects.exists()


def test_what_still_waits_stays_however_old(world):
    a_message(world)
    assert purge(NOW) == 0


def test_nothing_goes_before_its_time(world):
    a_message(world, posted_at=NOW - KEPT_FOR, sent_at=OLD)
    assert purge(NOW) == 0
    assert purge(NOW + timedelta(seconds=1)) == 1


def test_many_go_in_batches(world, monkeypatch):
    monkeypatch.setattr(purging, "BATCH", 2)
    for number in range(5):
        a_message(world, f"key-{number}", sent_at=OLD)
    assert purge(NOW) == 5


def test_it_happens_every_night(world, monkeypatch):
    a_message(world, sent_at=OLD)
    monkeypatch.setattr(jobs.timezone, "now", lambda: NOW)
    assert "purge" in dict(jobs.SCHEDULES)
    assert jobs.purge() == 1
