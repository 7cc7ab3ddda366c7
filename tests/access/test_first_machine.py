"""A new site, from the command that makes it to a job that finishes: by pages and a device."""

from collections import deque
from itertools import count
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from access.models import Device, Session
from access.watch import Watch
from members.models import Member
from tests.access.on_the_wire import LOAD, Box, Rig
from tests.access.world import BADGES

POLICY = "/tool-classes/3d-printers/policy/"
SENSING = "/machines/printer-1/sensing/"
STANDING = 60  # mA
MINUTES = 15  # of a walk-up


class Place(Rig):
    """What moves the devices of a site that was made at its pages."""

    def __init__(self):
        self.site = Clocks(timezone.now())
        self.boxes, self.wires = {}, deque()
        self.gatekeeper_runs = True

    def start(self, name, caps):
        """A box that is known by that name already is given power."""
        self.boxes[name] = box = Box(name, "b007" * 4, caps, self.site.now)
        self._power_on(box)
        return box


class Clocks(SimpleNamespace):
    """The one hand that all clocks follow, as tests.access.world.Site has it."""

    def __init__(self, now):
        nonces = (f"{n:024x}" for n in count(1))
        super().__init__(start=now, now=now, watch=Watch(), nonces=nonces)
        self.watch.connect(0.0)

    @property
    def mono(self):
        return (self.now - self.start).total_seconds()


@pytest.fixture
def ada(db, client, tmp_path):
    """Who made the site, as docs/install.md has it, with the one machine that there is."""
    call_command(
        "new_space", "Makerspace", "--zone", "Europe/Berlin", "--admin-email", "ada@example.org",
        "--admin-name", "Ada Byron", "--starter",
    )  # fmt: skip
    file = tmp_path / "machines.csv"
    file.write_text("name,space,tool_class\nPrinter 1,Makerspace,3D printers\n")
    call_command("import_csv", str(file), "--kind", "machines")
    client.force_login(Member.objects.get(email="ada@example.org"))
    return client


def send(client, path, given):
    answer = client.post(path, given)
    assert answer.status_code == 302, answer.content.decode()


def set_policy(client, **changes):
    """Typed over the form as it stands, previewed, saved."""
    context = client.get(POLICY).context
    given, forms = {"seen": context["seen"]}, context["forms"]
    rows = (forms.limits, forms.windows, forms.questions)
    for part in (forms.columns, *(form for some in rows for form in (some.management_form, *some))):
        for field in part:
            value = field.value()
            if field.widget_type == "checkbox":
                given |= {field.html_name: "on"} if value else {}
            else:
                given[field.html_name] = "" if value is None else str(value)
    given |= {f"policy-{name}": value for name, value in changes.items()}
    previewed = client.post(POLICY, given).context["previewed"]
    send(client, POLICY, given | {"previewed": previewed})


def step(client, device):
    page = client.get(reverse("access:device_attach", args=[device.pk]))
    return next(step for step in page.context["steps"] if step.name == "senses")


def test_from_nothing_to_a_job_that_finishes_and_a_machine_that_ends_idle(ada):
    member = Member.objects.get(email="ada@example.org")
    send(ada, f"/people/{member.public_id}/badge/", {"number": BADGES["alice"], "fmt": "hex"})
    typed = {"name": "printer-box", "space": "makerspace", "kind": "box", "speaks": "native"}
    send(ada, "/devices/add/", typed)
    device = Device.objects.get()
    send(ada, f"/devices/{device.pk}/", {"machine": "printer-1"})
    set_policy(ada, finish_seconds="120", walk_up_minutes=str(MINUTES), idle_end_minutes="5")

    place = Place()
    box = place.start("printer-box", ("relay", "reader", "current", "display"))
    place.run(15)
    assert "makes no use of it" in step(ada, device).text

    place.tap("alice", box)
    box.load = STANDING
    place.run(5)
    box.load = LOAD
    place.run(35)
    assert box.st == "armed"  # nobody has said that it is to be seen
    page = ada.get(SENSING).content.decode()
    assert "3.40 A" in page
    assert "take about <strong>1700</strong> mA" in page
    by_current = {"feedback": "current", "run_above_ma": "1700", "idle_seconds": "10"}
    send(ada, SENSING, by_current | {"finish_fixed_seconds": "0"})
    place.run(6 * 60)
    assert box.relay  # it was told nothing of this when it began, so it is not idle
    place.tap("alice", box)

    box.load = STANDING
    place.run(10)
    assert step(ada, device).css != "done"
    place.tap("alice", box)
    box.load = LOAD
    place.run(5)
    assert (box.st, step(ada, device).css) == ("running", "done")
    left = Session.objects.exclude(state="ended").get().until - place.site.now
    place.run(left.total_seconds() + 5)
    assert (box.st, box.relay) == ("grace", True)
    box.load = STANDING
    place.run(15)
    assert (box.st, box.relay) == ("locked", False)

    place.tap("alice", box)
    place.run(5 * 60 + 15)
    assert not box.relay
    assert Session.objects.latest("offered_at").end_reason == "idle"
