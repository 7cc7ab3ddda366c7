"""The gatekeeper's round: whatever goes wrong in it, there is a next one."""

import pytest

from access import services
from access.gatekeeper import Gatekeeper
from access.models import GatekeeperStatus

pytestmark = pytest.mark.django_db


class Clock:
    def __init__(self):
        self.seconds = 1000.0

    def __call__(self):
        self.seconds += 0.2
        return self.seconds


def test_what_nobody_foresaw_breaks_one_round_and_is_told(monkeypatch, caplog):
    gatekeeper = Gatekeeper("mqtt://127.0.0.1:1", "round", monotonic=Clock())
    with monkeypatch.context() as broken:
        broken.setattr(services, "sweep", lambda **_: {}["no such key"])
        for _ in range(50):
            gatekeeper.turn()
    assert "no such key" in caplog.text
    assert "no such key" in GatekeeperStatus.objects.get().last_error
    for _ in range(50):
        gatekeeper.turn()
    assert "no such key" not in GatekeeperStatus.objects.get().last_error
