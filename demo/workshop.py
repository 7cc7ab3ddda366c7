"""The rows that the smoke drives: one machine per scene, and people with one difference each.

Alice is certified; Bea too, and a stranger to Alice's booking; Charlie is new; Dana is staff.
"""

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress

from access.models import Device
from bookings.models import Booking
from equipment.models import Certification, CertificationType, Machine, ToolClass
from members.models import Member, Membership, Plan, Role, Space
from members.services import issue_badge

PASSWORD = "smoke and no fire"  # noqa: S105  good for one run, on loopback
BADGES = {"Alice": "04A1B2C3D4E580", "Bea": "04B1B2C3D4E580", "Charlie": "04C1B2C3D4E580"}
ZONE = "Europe/Berlin"
FINISH_SECONDS = 30
IDLE_SECONDS = 1
RUN_ABOVE_MA = 500

# One machine per scene, so that they can run side by side.
MACHINES = {
    "mill": "cut",  # the main job
    "lathe": "cut",  # its booking ends
    "printer": "finish",  # its booking ends while it prints
    "drill": "walk-up",  # nobody booked it
    "saw": "cut",  # the gatekeeper dies
    "router": "cut",  # the broker restarts
}


def email(name: str) -> str:
    return f"{name.lower()}@example.org"


def fill(now: datetime) -> None:
    """Fills an empty database; each device is called as its machine."""
    space = Space.objects.create(name="Smoke", slug="smoke", zone=ZONE)
    people = {name: _person(name, space, now) for name in ("Alice", "Bea", "Charlie", "Dana")}
    Role.objects.create(member=people["Dana"], kind=Role.Kind.ADMIN)
    metal = CertificationType.objects.create(name="Metal", slug="metal")
    for name in ("Alice", "Bea"):
        Certification.objects.create(
            member=people[name], type=metal, given_by=people["Dana"], given_at=now
        )
    classes = {
        "cut": _tool_class("cut", metal),
        "finish": _tool_class("finish", metal, finish_seconds=FINISH_SECONDS),
        "walk-up": _tool_class("walk-up", metal, walk_up=True),
    }
    for slug, kind in MACHINES.items():
        _machine(slug, classes[kind], space)


def book(machine: str, now: datetime, seconds: float) -> None:
    """A booking of Alice's that began a minute ago and ends in `seconds`: no page sells such."""
    ends = now + timedelta(seconds=seconds)
    Booking.objects.create(
        machine=Machine.objects.get(slug=machine),
        member=Member.objects.get(name="Alice"),
        starts=now - timedelta(minutes=1),
        ends=ends,
        blocked_until=ends,
        created_at=now,
        updated_at=now,
    )


def _person(name: str, space: Space, now: datetime) -> Member:
    member = Member.objects.create_user(email(name), PASSWORD, name=name, space=space)
    EmailAddress.objects.create(user=member, email=member.email, primary=True, verified=True)
    plan, _new = Plan.objects.get_or_create(slug="smoke", defaults={"name": "Smoke"})
    Membership.objects.create(member=member, plan=plan, starts=now - timedelta(days=1))
    if number := BADGES.get(name):
        issue_badge(member=member, number=number, by=None, now=now)
    return member


def _tool_class(slug: str, requires: CertificationType, **policy: object) -> ToolClass:
    defaults = {"walk_up": False, "step_minutes": 1, "shortest_minutes": 1, "most_future": None}
    return ToolClass.objects.create(
        name=slug.title(), slug=slug, requires=requires, **{**defaults, **policy}
    )


def _machine(slug: str, tool_class: ToolClass, space: Space) -> None:
    machine = Machine.objects.create(
        space=space,
        tool_class=tool_class,
        name=slug.title(),
        slug=slug,
        has_interlock=True,
        feedback=Machine.Feedback.CURRENT,
        run_above_ma=RUN_ABOVE_MA,
        idle_seconds=IDLE_SECONDS,
    )
    Device.objects.create(name=slug, space=space, machine=machine)
