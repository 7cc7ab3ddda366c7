"""Short cuts of the tests about memberships: one space in Berlin, a plan of a month, its member."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from members.models import Member, Membership, Plan
from members.services.memberships import sign_up_to_plan
from members.terms import day_begins
from tests.people import NOW, World, a_member, a_world

BERLIN = ZoneInfo("Europe/Berlin")
DAY = timedelta(days=1)


def berlin(year: int, month: int, day: int) -> datetime:
    """The midnight with which a day begins."""
    return day_begins(date(year, month, day), BERLIN).astimezone(UTC)


def a_plan(name: str = "Monthly", **fields: Any) -> Plan:
    slug = name.lower().replace(" ", "-")
    return Plan.objects.create(**{"name": name, "slug": slug, "months": 1} | fields)


@dataclass
class Life:
    """Nora is new, and on nothing yet."""

    world: World
    plan: Plan
    nora: Member
    dana: Member

    def starts(self, plan: Plan | None = None, **given: Any) -> Membership:
        """Nora on the plan from now to Christmas Eve, unless `given` says otherwise."""
        asked = {"starts": NOW, "until": berlin(2026, 12, 24), "by": self.dana, "now": NOW}
        return sign_up_to_plan(member=self.nora, plan=plan or self.plan, **asked | given)


def a_life() -> Life:
    world = a_world()
    plan = a_plan(overdue_days=14, pause_days=30, guests_a_month=2)
    nora = a_member("Nora New", plan=None, space=world.space)
    return Life(world, plan, nora, world.dana)
