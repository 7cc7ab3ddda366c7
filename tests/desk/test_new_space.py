"""The first day: from an empty database to a machine that answers a tap, and ways to mistype."""

import io
from datetime import time
from pathlib import Path

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.management import CommandError, call_command

import wire
from access import services
from access.models import Device, Session
from access.records import receive
from access.services import register_device
from access.watch import Watch
from desk.starter import KINDS
from equipment.models import CertificationType, Machine, ToolClass
from members.models import Change, Member, OpeningHours, Plan, Role, Space
from members.services import issue_badge
from tests.people import NOW

pytestmark = pytest.mark.django_db
SAMPLE = Path(settings.BASE_DIR) / "docs" / "samples" / "machines.csv"
BOOT, BADGE = "b007" * 4, "04A1B2C3D4E580"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


def begin(**changes):
    """What the command said."""
    options = {
        "zone": "Europe/Berlin",
        "hours": "08:00-22:00",
        "admin_email": "Dana@example.org",
        "admin_name": "Dana Osei",
    }
    out = io.StringIO()
    call_command("new_space", "Northside workshop", stdout=out, **options | changes)
    return out.getvalue()


def test_the_first_space_with_its_administrator():
    told = begin()
    space, dana = Space.objects.get(), Member.objects.get()
    assert (space.slug, space.zone) == ("northside-workshop", "Europe/Berlin")
    hours = OpeningHours.objects.values_list("weekday", "opens", "closes")
    assert list(hours) == [(day, time(8), time(22)) for day in range(7)]
    assert (dana.email, dana.space) == ("dana@example.org", space)
    assert dana.has_role(None, [Role.Kind.ADMIN])
    assert dana.memberships.get().plan == Plan.objects.get(slug="full")
    assert EmailAddress.objects.get(user=dana, verified=True, primary=True).email == dana.email
    assert not dana.has_usable_password()
    assert f"{settings.BASE_URL}/account/password/reset/" in told


def contents():
    tables = (Space, OpeningHours, Plan, Member, Role, EmailAddress, ToolClass, Change)
    return [table.objects.count() for table in tables]


def test_again_changes_nothing_and_says_so():
    begin(starter=True)
    before = contents()
    told = begin(starter=True, zone="Europe/Lisbon")
    assert contents() == before
    assert "northside-workshop, Europe/Berlin) is there; left as it is" in told
    assert "dana@example.org) is there" in told
    assert "none, all are there" in told


def test_a_second_space_keeps_the_plan_and_the_administrator():
    begin()
    begin(slug="southside", hours="")
    assert (Space.objects.count(), Member.objects.count(), Plan.objects.count()) == (2, 1, 1)
    assert not OpeningHours.objects.filter(space__slug="southside").exists()


def test_plans_are_made_by_name_and_once():
    begin(plans=["Full", "Weekend"])
    begin(plans=["Weekend", "Student"])
    assert set(Plan.objects.values_list("name", flat=True)) == {"Full", "Weekend", "Student"}
    assert Member.objects.get().memberships.get().plan.name == "Full"


def test_a_password_may_come_in_by_the_input(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("mill and lathe 9\n"))
    told = begin(password_stdin=True)
    assert Member.objects.get().check_password("mill and lathe 9")
    assert "password/reset" not in told


def test_a_weak_password_is_refused(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    with pytest.raises(CommandError, match="too short"):
        begin(password_stdin=True)
    assert not Member.objects.exists()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"zone": "Berlin"}, "write one like Europe/Berlin"),
        ({"hours": "8 to 10"}, "like 08:00-22:00"),
        ({"admin_email": "dana"}, "valid email address"),
        ({"admin_name": " "}, "1 to 80 characters"),
        ({"plans": ["?"]}, "no name for a plan"),
        ({"slug": "North Side"}, "--slug with a to z"),
    ],
)
def test_what_is_mistyped_is_told_and_nothing_is_written(typed, words):
    with pytest.raises(CommandError, match=words):
        begin(**typed)
    assert not Space.objects.exists()


def test_the_starter_is_the_usual_classes_with_their_policy():
    begin(starter=True)
    assert ToolClass.objects.count() == len(KINDS) == 6
    laser = ToolClass.objects.get(slug="laser-cutters")
    assert (laser.risk, laser.longest_minutes, laser.walk_up) == ("high", 120, False)
    assert laser.requires.name == "Laser"
    assert laser.requires.how_to_get


def test_a_class_that_is_there_is_left_alone():
    mine = CertificationType.objects.create(name="CNC", slug="my-cnc")
    ToolClass.objects.create(name="Wood", slug="holz", longest_minutes=90)
    told = begin(starter=True)
    assert ToolClass.objects.get(name="Wood").longest_minutes == 90
    assert ToolClass.objects.get(slug="cnc-machines").requires == mine
    assert "Wood" not in told


def test_from_nothing_to_a_tap_that_is_answered():
    begin(starter=True)
    call_command("import_csv", SAMPLE, kind="machines", stdout=io.StringIO())
    dana, press = Member.objects.get(), Machine.objects.get(slug="drill-press")
    press.tool_class.requires.certifications.create(member=dana, given_at=NOW)
    issue_badge(member=dana, number=BADGE, by=dana, now=NOW)
    register_device(
        name="drill-1",
        space=press.space,
        machine=press,
        is_reader=True,
        is_interlock=True,
        is_enrolment=False,
        by=dana,
        now=NOW,
    )
    watch = Watch()
    watch.connect(0.0)

    def say(message):
        inbound = receive(*wire.encode_up(message))
        said = services.handle([inbound], now=NOW, mono=0.0, watch=watch)
        return [wire.parse_down(out.topic, out.payload) for out in said]

    def state(n, **echo):
        return wire.State(device="drill-1", boot=BOOT, up=9, n=n, st="locked", relay=False, **echo)

    (sync,) = say(state(1))
    say(state(2, id=sync.id))
    (answer,) = say(wire.Tap(device="drill-1", boot=BOOT, up=9, nonce="a" * 24, badge=BADGE))
    assert (answer.code, answer.grant is not None) == ("granted", True)
    assert Session.objects.get().machine == press
    assert Device.objects.get().boot == BOOT
