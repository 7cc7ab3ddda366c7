"""Marta gives inductions; the people, the time and the place are those of tests/people.py."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from bookings.errors import Refused
from equipment.models import Level
from members.models import Member
from tests.people import NOW, World, a_certification, a_member
from training import services
from training.models import Attendee, Induction
from training.services import Plan

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STARTS = NOW + 3 * DAY


def marta(world: World, now: datetime = NOW) -> Member:
    """She may certify what the CNC machines ask for."""
    member = a_member("Marta Silva", plan=world.plan, space=world.space, now=now)
    held = a_certification(member, world.certification, now=now)
    held.level = Level.MAY_CERTIFY
    held.save()
    return member


def a_plan(**given: Any) -> Plan:
    """In three days, for two hours and two people, open until the day before."""
    starts = given.pop("starts", STARTS)
    usual = {
        "title": "CNC for beginners",
        "starts": starts,
        "ends": starts + 2 * HOUR,
        "closes_at": starts - DAY,
        "cancel_until": starts - DAY,
        "capacity": 2,
    }
    return Plan(**{**usual, **given})


def an_induction(world: World, certifier: Member, **given: Any) -> Induction:
    needs = given.pop("needs", None)
    return services.plan_induction(
        space=world.space,
        type=world.certification,
        certifier=certifier,
        plan=a_plan(**{"machines": [world.router], **given}),
        by=certifier,
        now=NOW,
        needs=needs,
    )


def signed_up(induction: Induction, member: Member, **given: Any) -> Attendee:
    by, now = given.get("by", member), given.get("now", NOW)
    return services.sign_up(induction=induction, member=member, by=by, now=now)


def codes(error: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in error.value.reasons]
