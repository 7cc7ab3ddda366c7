"""The people of every test: Alice is certified, Bob has lapsed, Charlie is new, Dana is staff.

Also the place they share. NOW is a Tuesday, 13:30 in Berlin.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from equipment.models import Certification, CertificationType, Machine, ToolClass
from members.models import Member, Membership, Plan, Role, Space

NOW = datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
YEAR = timedelta(days=365)
PASSWORD = "bench-and-key-2026"


@dataclass
class World:
    """One space with one CNC class of two machines, and four people."""

    space: Space
    plan: Plan
    certification: CertificationType
    tool_class: ToolClass
    router: Machine
    mill: Machine
    alice: Member
    bob: Member
    charlie: Member
    dana: Member


def a_member(name: str, *, plan: Plan | None, now: datetime = NOW, **fields: Any) -> Member:
    """A person with the e-mail name@example.org and a membership around `now`."""
    email = fields.pop("email", f"{name.split()[0].lower()}@example.org")
    member = Member.objects.create_user(email, name=name, **fields)
    if plan:
        Membership.objects.create(member=member, plan=plan, starts=now - YEAR, until=now + YEAR)
    return member


def a_certification(
    member: Member, type: CertificationType, *, until: datetime | None = None, now: datetime = NOW
) -> Certification:
    return Certification.objects.create(
        member=member, type=type, given_at=now - YEAR, until=until or now + YEAR
    )


def a_tool_class(name: str = "CNC machines", **policy: Any) -> ToolClass:
    return ToolClass.objects.create(name=name, slug=name.lower().replace(" ", "-"), **policy)


def a_machine(name: str, tool_class: ToolClass, space: Space, **fields: Any) -> Machine:
    slug = name.lower().replace(" ", "-")
    return Machine.objects.create(
        name=name, slug=slug, tool_class=tool_class, space=space, **fields
    )


def a_world(now: datetime = NOW, **policy: Any) -> World:
    """The place and its people, as of `now`; `policy` goes to the tool class."""
    space = Space.objects.create(name="Northside workshop", slug="northside", zone="Europe/Berlin")
    plan = Plan.objects.create(name="Full", slug="full")
    certification = CertificationType.objects.create(
        name="CNC", slug="cnc", how_to_get="Marta's induction, Wednesdays 17:00"
    )
    tool_class = a_tool_class(requires=certification, **policy)
    world = World(
        space=space,
        plan=plan,
        certification=certification,
        tool_class=tool_class,
        router=a_machine("CNC router", tool_class, space),
        mill=a_machine("CNC mill", tool_class, space),
        alice=a_member("Alice Meyer", plan=plan, now=now, space=space),
        bob=a_member("Bob Lindqvist", plan=plan, now=now, space=space),
        charlie=a_member("Charlie Okafor", plan=plan, now=now, space=space),
        dana=a_member("Dana Osei", plan=plan, now=now, space=space),
    )
    a_certification(world.alice, certification, now=now)
    a_certification(world.bob, certification, until=now - timedelta(days=12), now=now)
    Role.objects.create(member=world.dana, space=None, kind=Role.Kind.STAFF)
    return world
