"""What staff see of every device: desired beside observed, and what they must do."""

import ast
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from access import services
from access.ending_words import ENDINGS
from access.models import Device, Door, Peripheral
from access.pages.overview import lines_for, revoked_for
from access.services import keys
from equipment.services import lock_out
from members.permissions import CARETAKERS
from tests.access.world import Site
from tests.test_architecture import codes


@pytest.fixture
def site(db):
    return Site(now=timezone.now())


def line_of(site, name="mill-1"):
    lines = lines_for(site.world.dana, CARETAKERS, site.now)
    (line,) = [line for line in lines if line.device.name == name]
    return line


def facts(site, name="mill-1"):
    return {fact.label: fact.value for fact in line_of(site, name).facts}


def test_a_session_is_desired_and_observed(site):
    site.arm()
    site.wait(10).state("running", site.sid, ma=3400)
    shown = facts(site)
    assert shown["Should be"] == "on for Alice M."
    assert shown["Relay"] == "on"
    assert shown["Current"] == "3.4 A"
    assert not line_of(site).wrong


def test_what_is_told_off_and_stays_on_is_wrong(site):
    site.arm()
    Device.objects.filter(pk=site.device.pk).update(revoked_at=None)
    services.attach_device(device=site.device, machine=None, by=None, now=site.now)
    line = line_of(site)
    assert line.wrong
    assert facts(site)["Should be"].startswith("off: told each second since")


def test_a_relay_that_is_on_for_nobody_is_wrong_and_says_what_to_do(site):
    site.wait(10).state("armed", relay=True)
    line = line_of(site)
    assert line.wrong
    (told,) = line.alarms
    assert told.alarm.code == "on-unasked"
    assert "main switch" in told.todo


def test_the_page_names_those_in_trouble_before_all_else(site, client):
    client.force_login(site.world.dana)
    assert (
        'id="troubled" class="stack" data-live hidden' in client.get("/devices/").content.decode()
    )
    site.wait(10).state("armed", relay=True)
    page = client.get("/devices/").content.decode()
    assert "1 device needs somebody" in page
    assert f'href="#device-{site.device.pk}"' in page
    assert page.index("needs somebody") < page.index("No gatekeeper has ever run")


def test_a_devices_own_page_tells_its_trouble_too(site, client):
    client.force_login(site.world.dana)
    url = reverse("access:device_attach", args=[site.device.pk])
    assert "main switch" not in client.get(url).content.decode()
    site.wait(10).state("armed", relay=True)
    assert "Its relay is on, and nobody was let in." in client.get(url).content.decode()


def test_a_fault_is_told_in_words_where_it_is_known(site):
    site.wait(10).state("fault", fault="contactor-stuck")
    assert facts(site)["Fault"] == "contactor stuck"
    site.wait(10).state("fault", fault="too-hot")
    assert facts(site)["Fault"] == "too-hot"


def test_trouble_comes_first(site):
    Device.objects.create(name="a-reader", space=site.world.space, is_interlock=False)
    site.wait(10).state("armed", relay=True)
    lines = lines_for(site.world.dana, CARETAKERS, site.now)
    assert [line.device.name for line in lines] == ["mill-1", "a-reader"]


def test_a_door_and_what_follows_machines_say_what_they_should_do(site):
    front = Device.objects.create(name="front", space=site.world.space, is_interlock=False)
    Door.objects.create(space=site.world.space, name="Front door", device=front)
    box = Device.objects.create(name="extractor-1", space=site.world.space, is_reader=False)
    extractor = Peripheral.objects.create(name="Extractor", device=box)
    extractor.machines.add(site.mill)
    assert facts(site, "front")["Should be"] == "opens the door for a moment"
    assert facts(site, "extractor-1")["Should be"] == "off until somebody is at: CNC mill"
    site.arm()
    assert facts(site, "extractor-1")["Should be"] == "on with its machines"
    extractor.until, extractor.sid = site.now + timedelta(seconds=30), "5e55"
    extractor.save()
    site.tap()
    site.state()
    assert facts(site, "extractor-1")["Should be"].startswith("on until")


def test_a_door_without_a_relay_for_it_is_wrong(site):
    front = Device.objects.create(name="front", space=site.world.space, is_interlock=False)
    Door.objects.create(space=site.world.space, name="Front door", device=front)
    assert not line_of(site, "front").facts[0].wrong
    Device.objects.filter(pk=front.pk).update(caps=["reader", "relay"])
    (should, *_rest) = line_of(site, "front").facts
    assert should.wrong
    assert "has no relay for one" in should.value


def test_its_list_says_until_when_it_is_on_its_own(site):
    assert "On its own" not in facts(site)
    until = site.now + timedelta(hours=5)
    keys.new_key(site.device, by=None, now=site.now)
    Device.objects.update(takes_lists=True, list_until=until, list_seq=3, list_stored=2)
    assert facts(site)["On its own"] == "Its firmware cannot keep a list."
    Device.objects.update(caps=["relay", "reader", "list-hmac"])
    assert facts(site)["On its own"].endswith("newer list on its way")
    Device.objects.update(list_stored=3)
    assert facts(site)["On its own"].startswith("until")
    Device.objects.update(list_until=site.now)
    assert facts(site)["On its own"].startswith("It keeps no list that is valid")


@pytest.mark.parametrize(
    ("off", "told", "wrong"),
    [
        (-2, "as here", False),
        (12, "12 s fast", False),
        (-120, "2 min slow", False),
        (7200, "2 h fast", True),
        (-86401, "24 h slow", True),
    ],
)
def test_its_time_of_day_is_set_beside_ours(site, off, told, wrong):
    assert "Its clock" not in facts(site)
    Device.objects.update(clock_off=off)
    (fact,) = [fact for fact in line_of(site).facts if fact.label == "Its clock"]
    assert (fact.value, fact.wrong) == (told, wrong)


def ends():
    """Every code a session may be closed by: what a decision says, and what is done to it."""
    for name in ("access/decision.py", "equipment/eligibility.py"):
        yield from codes(ast.parse(Path(settings.BASE_DIR, name).read_text()))
    for path in Path(settings.BASE_DIR, "access", "services").glob("*.py"):
        tree = ast.parse(path.read_text())
        named = {ast.unparse(n.targets[0]): n.value for n in tree.body if isinstance(n, ast.Assign)}
        for node in ast.walk(tree):
            place = CLOSED_BY.get(getattr(getattr(node, "func", None), "id", ""))
            if place is not None:
                code = named.get(ast.unparse(node.args[place]), node.args[place])
                yield from [code.value] if isinstance(code, ast.Constant) else []


CLOSED_BY = {"End": 0, "early": 3, "_close_sessions": 1}  # the place of the code


def test_every_end_is_told_in_words(site):
    found = set(ends())
    assert {"not-booked", "taken-over", "stopped", "detached", "locked-out"} <= found
    assert found <= ENDINGS.keys()
    site.arm()
    lock_out(machine=site.mill, why="smoke", by=site.world.dana, now=site.now)
    site.wait(1).sweep()
    assert facts(site)["Should be"].endswith("(the machine is locked out)")


def test_what_is_revoked_is_for_the_record(site):
    services.revoke_device(device=site.device, by=None, now=site.now)
    assert lines_for(site.world.dana, CARETAKERS, site.now) == []
    assert revoked_for(site.world.dana, CARETAKERS) == [site.device]
    assert revoked_for(site.world.alice, CARETAKERS) == []


def test_the_page_costs_the_same_for_many_devices(site, client):
    client.force_login(site.world.dana)
    url = reverse("access:devices")
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for n in range(20):
        box = Device.objects.create(name=f"box-{n}", space=site.world.space)
        Peripheral.objects.create(name=f"Air {n}", device=box).machines.add(site.mill)
    with CaptureQueriesContext(connection) as many:
        client.get(url)
    assert len(many) <= len(few) + 1  # the machines of the peripherals


def test_every_card_is_replaced_while_the_page_is_open(site, client):
    client.force_login(site.world.dana)
    page = client.get(reverse("access:devices")).content.decode()
    assert '<ul class="grid devices" id="devices" data-live>' in page
    assert f'id="device-{site.device.pk}"' in page
